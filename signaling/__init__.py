"""Rooms, the protocol between browser and server, and the media plane."""
