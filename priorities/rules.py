"""What a grant is probably for: words, programme and earlier grants into suggestions."""
