"""What a release is made of, by `make release`: wheels, images, bills of materials, checksums."""
