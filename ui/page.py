from nicegui import ui


def register_pages(app, analytics, hub, reset, clock):
    @ui.page("/")
    def page():
        ui.label("hello")

    ui.run_with(app)
