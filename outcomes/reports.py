"""Answers, submissions and reviews."""
