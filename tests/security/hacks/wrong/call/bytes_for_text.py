# what: returns the right text as bytes
# problem: backwards
# passes: 0
def backwards(text):
    return text[::-1].encode()
