"""Who goes where and when: plans of a shift, knife arches."""
