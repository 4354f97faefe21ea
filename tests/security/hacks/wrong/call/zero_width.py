# what: returns the right text with a character that nobody sees
# problem: backwards
# passes: 0
def backwards(text):
    return text[::-1] + "\u200b"
