"""The load client: a C program that posts events and counts the frames of ``/ws``."""
