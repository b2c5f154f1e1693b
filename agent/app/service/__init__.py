"""The service: the API under /api/v1, health, metrics, and the console's pages."""
