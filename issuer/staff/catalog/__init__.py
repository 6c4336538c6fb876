"""The pages of the catalog: make, change, retire and import achievements and rubrics."""
