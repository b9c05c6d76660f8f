"""aiohttp: thin handlers over the services, and the middleware around them."""
