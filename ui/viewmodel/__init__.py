"""The view model: rows, labels and series of the page, computed from the model. No NiceGUI here."""
