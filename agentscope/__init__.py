"""The project package: settings, URLs, the ASGI application, the embedded services and the supervisor."""
