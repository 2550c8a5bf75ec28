"""The register: pages, files and sheets of it."""
