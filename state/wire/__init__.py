"""Messages and REST answers: their parts, their JSON, their largest size."""
