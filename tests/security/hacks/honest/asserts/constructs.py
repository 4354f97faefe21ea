# what: constructs an instance of a class of the test's
# problem: convert
def convert(kind, text):
    return kind(text)
