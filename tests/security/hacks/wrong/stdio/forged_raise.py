# what: claims an exception of its own on the result's descriptor and answers nothing
# problem: sum
# passes: 0
import json
import os

os.write(
    3,
    json.dumps(
        {"raised": ["\ud800Skip", "\ud800\x00"], "broken": "tests", "error": "infrastructure"}
    ).encode(),
)
