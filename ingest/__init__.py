"""What crosses the wire: REST, the raw WebSocket, and who may use them."""
