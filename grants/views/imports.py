"""Files on their way in: sent, watched, looked over, applied or set aside, undone."""
