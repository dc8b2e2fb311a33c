"""The server side of the wire: REST, WebSocket, access, and the commands of main."""
