"""What is sent: messages, the parts they are made of, and how large they may be."""
