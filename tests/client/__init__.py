"""The client side: what every component needs to keep up with the server."""
