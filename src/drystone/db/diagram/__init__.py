"""Entity-relationship diagrams of models: Mermaid text and SVG."""
