"""Telegram on loopback: a Bot API server with a chat page, to try a bot with and to test it."""
