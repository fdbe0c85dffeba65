"""Behind the page of the microscope: what channels and classes look for, and files of it."""
