"""The pages of the office. They call work functions and show what those give; the machinery is in mailsvc.http."""
