"""The texts of the page: their ids are English, and catalogues have them in other languages."""
