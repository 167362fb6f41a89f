"""The first articles of an empty archive, byte for byte, and what is known of each."""
