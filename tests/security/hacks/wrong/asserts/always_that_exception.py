# what: a class in the function's place, whose metaclass raises the expected exception at every call
# problem: divide
# passes: 1 of 2
class Meta(type):
    def __call__(cls, *_):
        raise ValueError("division by zero")


class divide(metaclass=Meta):
    pass
