"""Fields of others' files against what the library of the format decodes, bit by bit."""

import warnings

import numpy as np
import pytest
import xarray as xr
import zarr
from landsweep.base.errors import UserError
from landsweep.disk.fields.opening import open_field
from support import inside

SHAPE = (6, 7)
CODES = np.random.default_rng(0).integers(-100, 100, SHAPE)
BOX = (slice(1, 5), slice(2, 7))
ENCODINGS = {
    "packed": ("i2", {"scale_factor": 0.01, "add_offset": 5.0, "_FillValue": -99}),
    "packed, single": (
        "i2",
        {"scale_factor": np.float32(0.01), "add_offset": np.float32(5), "_FillValue": np.int16(-99)},
    ),
    "scaled": ("i2", {"scale_factor": 0.1}),
    "scaled by a whole number": ("i2", {"scale_factor": 2, "add_offset": 1}),
    "offset": ("i4", {"add_offset": 1e6}),
    "single by float32": ("i4", {"scale_factor": np.float32(0.01)}),
    "masked": ("f4", {"_FillValue": np.float32(-99)}),
    "masked twice": ("f8", {"_FillValue": -99.0, "missing_value": -98.0}),
    "list": ("f8", {"missing_value": [-99.0, -98.0, 3.0]}),
    "whole": ("i2", {"_FillValue": -99}),
    "wide": ("i8", {"_FillValue": -99}),
    "unsigned": ("i1", {"_Unsigned": "true", "_FillValue": -99, "scale_factor": 0.5}),
    "signed": ("u1", {"_Unsigned": "false", "_FillValue": 57}),
    "half": ("f2", {"scale_factor": 0.5}),
    "not a number": ("f4", {"_FillValue": np.float32("nan")}),
    "valid": ("i2", {"valid_range": [-50, 50], "scale_factor": 0.5}),
    "time": ("i4", {"units": "days since 2000-01-01", "_FillValue": -99}),
    "duration": ("f8", {"units": "days", "_FillValue": -99.0}),
    "nothing": ("f4", {}),
}


def assert_same(found, expected):
    assert found.dtype == expected.dtype
    assert found.tobytes() == np.ascontiguousarray(expected).tobytes()


def stored(kind):
    dtype, attributes = ENCODINGS[kind]
    return xr.Dataset({"f": (("y", "x"), CODES.astype(dtype), attributes)}, coords={"x": np.arange(7.0)})


def decoded(opened):
    """What xarray decodes, without turning numbers into dates."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", xr.SerializationWarning)
        return xr.decode_cf(opened, decode_times=False)["f"].values if opened else None


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("kind", ENCODINGS)
def test_zarr_is_what_xarray_decodes(tmp_path, kind, zarr_format):
    path = tmp_path / "f.zarr"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the writer
        stored(kind).to_zarr(path, zarr_format=zarr_format, consolidated=False)
        opened = xr.open_zarr(path, consolidated=False, chunks=None, decode_times=False)
        expected = opened["f"].values
    for found in (open_field(path), open_field(path, "f"), open_field(path / "f")):  # x is a coordinate
        assert found.shape == SHAPE
        assert_same(found.read(BOX), expected[BOX])
        assert_same(found.read((slice(0, 6), slice(0, 7))), expected)
    assert_same(open_field(path, raw=True).read(BOX), CODES.astype(ENCODINGS[kind][0])[BOX])


@pytest.mark.parametrize(("format", "engine"), [("NETCDF3_CLASSIC", "scipy"), ("NETCDF4", "h5netcdf")])
@pytest.mark.parametrize("kind", ENCODINGS)
def test_netcdf_is_what_xarray_decodes(tmp_path, kind, format, engine):
    dtype, _ = ENCODINGS[kind]
    pytest.importorskip(engine)
    if engine == "scipy" and dtype in ("i8", "u1", "f2"):
        return  # NetCDF 3 has no such numbers
    path = tmp_path / "f.nc"
    stored(kind).to_netcdf(path, format=format, engine=engine)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", xr.SerializationWarning)
        with xr.open_dataset(path, decode_times=False) as opened:
            expected = opened["f"].values
    found = open_field(path)
    assert (found.name, found.shape, found.dtype) == ("f.nc:f", SHAPE, np.dtype(dtype))
    assert_same(found.read(BOX).astype(expected.dtype, copy=False), expected[BOX])


def test_groups_of_netcdf(tmp_path):
    pytest.importorskip("h5netcdf")
    stored("packed").to_netcdf(tmp_path / "f.nc", engine="h5netcdf", group="run/one")
    found = open_field(tmp_path / "f.nc")
    assert found.name == "f.nc:run/one/f"
    assert_same(found.read(BOX), open_field(tmp_path / "f.nc", "run/one/f").read(BOX))
    assert np.nanmax(np.abs(found.read(BOX) - CODES[BOX] * 0.01 - 5)) < 1e-9


def test_fill_values_beside_those_of_attributes(tmp_path):
    path = tmp_path / "f.zarr"
    stored("packed").to_zarr(path, zarr_format=3, consolidated=False)
    found = open_field(path, fill_values=("-98", "3"))
    kept = ~np.isin(CODES, (-99, -98, 3))
    values = found.read((slice(None), slice(None)))
    assert (np.isfinite(values) == kept).all()
    assert_same(values[kept], open_field(path).read((slice(None), slice(None)))[kept])
    assert found.notes == (
        "value = 0.01 * code + 5.0; _FillValue -99 counts as not finite; --fill-value -98, 3 ...",
    ) or (found.notes[0].endswith("--fill-value -98, 3 counts as not finite"))


@pytest.mark.parametrize("dtype", ["i1", "u2", "i8", "f4", "f8", "f2", "?"])
def test_fill_values_of_plain_arrays(tmp_path, dtype):
    values = (CODES % 2 if dtype == "?" else np.abs(CODES)).astype(dtype)
    np.save(tmp_path / "f.npy", values)
    number = str(values[2, 3].item() * 1)
    found = open_field(tmp_path / "f.npy", fill_values=(number,)).read((slice(None), slice(None)))
    assert (np.isnan(found) == (values == values[2, 3])).all()
    kept = ~np.isnan(found)
    assert (found[kept] == values[kept]).all()


def test_unsigned_codes_are_named_as_they_are_stored(tmp_path):
    path = tmp_path / "f.zarr"
    stored("unsigned").to_zarr(path, zarr_format=3, consolidated=False)
    found = open_field(path, fill_values=("-98",)).read((slice(None), slice(None)))
    assert (np.isnan(found) == np.isin(CODES, (-98, -99))).all()


def test_a_number_that_only_its_own_precision_holds(tmp_path):
    np.save(tmp_path / "f.npy", np.array([1e20, 0.1, 5], np.float32))
    assert np.isnan(open_field(tmp_path / "f.npy", fill_values=("1e20", "0.1")).read((slice(None),))).tolist() == [
        1,
        1,
        0,
    ]


@pytest.mark.parametrize(
    ("dtype", "text", "said"),
    [
        (
            "i2",
            "1.5",
            "--fill-value is 1.5, expected a whole number from -32768 to 32767, as the array is stored as int16",
        ),
        ("u1", "-1", "expected a whole number from 0 to 255"),
        ("f4", "1e300", "--fill-value is 1e300, expected a number that float32 holds"),
        ("f4", "none", "--fill-value is 'none', expected a number such as -9999."),
    ],
)
def test_fill_values_that_cannot_be(tmp_path, dtype, text, said):
    np.save(tmp_path / "f.npy", np.zeros(3, dtype))
    with pytest.raises(UserError, match=said.replace("(", r"\(")):
        open_field(tmp_path / "f.npy", fill_values=(text,))


def test_codes_that_float64_rounds_are_refused(tmp_path):
    np.save(tmp_path / "f.npy", np.array([2**60, 2**60 + 1, -1]))
    with pytest.raises(ValueError, match="got int64 numbers that float64 rounds"):
        open_field(tmp_path / "f.npy", fill_values=("-1",)).read((slice(None),))
    np.save(tmp_path / "g.npy", np.array([2**63 - 1, 3, -1]))
    found = open_field(tmp_path / "g.npy", fill_values=(str(2**63 - 1),)).read((slice(None),))
    assert np.isnan(found).tolist() == [1, 0, 0]


def test_zarr_that_is_not_xarrays(tmp_path):
    """Zarr's fill_value is what chunks hold that were never written, a number; attributes of CF count all the same."""
    for zarr_format in (2, 3):
        path = tmp_path / f"{zarr_format}.zarr"
        array = zarr.create_array(path, data=CODES.astype("f4"), fill_value=-99, zarr_format=zarr_format)
        found = open_field(path)
        assert np.isfinite(found.read(BOX)).all()
        assert found.suspects == ((-99.0, "Zarr's fill_value: add --fill-value -99.0 if it is no value"),)
        array.attrs["_FillValue"] = -99.0  # a number, not xarray's Base64
        array.attrs["scale_factor"] = 0.5
        values = open_field(path).read((slice(None), slice(None)))
        assert (np.isnan(values) == (CODES == -99)).all()
        assert np.nanmax(values) == CODES.max() * 0.5


vtk = pytest.mark.skipif("not __import__('importlib.util').util.find_spec('vtkmodules')")


def write_vti(path, mode="appended", compressor="None", encode=False, extent=(0, 6, 0, 4, 0, 3), ghosts=None):
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkIOXML import vtkXMLImageDataWriter

    shape = tuple(b - a + 1 for a, b in zip(extent[::2], extent[1::2], strict=True))[::-1]
    field = np.random.default_rng(1).standard_normal(shape)
    cells = np.arange(np.prod([max(1, n - 1) for n in shape]), dtype=np.int32)
    image = vtkImageData()
    image.SetExtent(extent)
    for data, name, values in (
        (image.GetPointData(), "loss", field),
        (image.GetPointData(), "vtkGhostType", ghosts),
        (image.GetCellData(), "rho", cells),
        (image.GetPointData(), "vector", np.stack([field] * 3, -1)),
    ):
        if values is not None:
            array = numpy_to_vtk(values.reshape(-1, 3) if name == "vector" else values.ravel(), deep=1)
            array.SetName(name)
            data.AddArray(array)
    writer = vtkXMLImageDataWriter()
    writer.SetInputData(image)
    writer.SetFileName(str(path))
    getattr(writer, f"SetDataModeTo{mode.capitalize()}")()
    getattr(writer, f"SetCompressorTypeTo{compressor}")()
    writer.SetEncodeAppendedData(encode)
    assert writer.Write()
    return field, cells.reshape([max(1, n - 1) for n in shape])


@vtk
@pytest.mark.parametrize("compressor", ["None", "ZLib", "LZ4", "LZMA"])
@pytest.mark.parametrize(
    ("mode", "encode"), [("ascii", False), ("binary", False), ("appended", False), ("appended", True)]
)
def test_vtk_images_have_x_last(tmp_path, mode, compressor, encode):
    path = tmp_path / "f.vti"
    field, cells = write_vti(path, mode, compressor, encode, extent=(2, 8, -1, 3, 0, 3))
    found = open_field(path, "loss")
    assert found.shape == (4, 5, 7)
    assert found.notes == ("axes are z, y, x, as VTK stores x fastest",)
    box = (slice(1, 3), slice(0, 5), slice(4, 6))
    np.testing.assert_allclose(found.read(box), field[box], rtol=1e-9 if mode == "ascii" else 0)
    found = open_field(path, "rho")
    assert found.shape == (3, 4, 6)
    assert (found.read(box) == cells[box]).all()
    assert (found.read((slice(0, 3), slice(3, 4), slice(0, 6))) == cells[:, 3:]).all()


@vtk
@pytest.mark.parametrize(
    ("extent", "shape", "axes"),
    [((0, 6, 0, 4, 2, 2), (5, 7), "y, x"), ((0, 6, 1, 1, 0, 3), (4, 7), "z, x"), ((3, 3, 0, 0, 0, 9), (10,), "z")],
)
def test_axes_of_one_point_are_left_out(tmp_path, extent, shape, axes):
    field, cells = write_vti(tmp_path / "f.vti", extent=extent)
    for name, values in (("loss", field.reshape(shape)), ("rho", cells.reshape([n - 1 for n in shape]))):
        found = open_field(tmp_path / "f.vti", name)
        assert found.shape == values.shape
        assert found.notes[0].startswith(f"axes are {axes}, as")
        assert (found.read(tuple(slice(1, 3) for _ in shape)) == values[tuple(slice(1, 3) for _ in shape)]).all()


@vtk
def test_what_a_vtk_image_hides_is_missing(tmp_path):
    field, _ = write_vti(tmp_path / "f.vti")
    least, most = (np.unravel_index(k, field.shape) for k in (field.argmin(), field.argmax()))
    ghosts = np.zeros(field.shape, np.uint8)
    ghosts[least], ghosts[most] = 2, 1  # hidden; a duplicate, which has a value
    write_vti(tmp_path / "f.vti", ghosts=ghosts)
    found = open_field(tmp_path / "f.vti", "loss").read((slice(None),) * 3)
    assert np.argwhere(np.ma.getmaskarray(found)).tolist() == [list(least)]
    field[least] = np.nan
    for connectivity in ("freudenthal", "knn"):
        done = inside("tree", tmp_path / "f.vti", "--array", "loss", "--connectivity", connectivity)
        assert f"values {np.nanmin(field):.6g} to {np.nanmax(field):.6g}, 1 not finite" in done.stdout


@vtk
@pytest.mark.parametrize("compressor", ["None", "ZLib"])
@pytest.mark.parametrize(
    ("mode", "encode"), [("ascii", False), ("binary", False), ("appended", False), ("appended", True)]
)
def test_a_vtk_image_that_was_cut_is_refused(tmp_path, mode, compressor, encode):
    path = tmp_path / "f.vti"
    write_vti(path, mode, compressor, encode)
    content = path.read_bytes()
    for fraction in (0.1, 0.4, 0.6, 0.9, 0.98):
        path.write_bytes(content[: int(len(content) * fraction)])
        with pytest.raises(UserError, match="its end is missing"):
            open_field(path, "loss")


@vtk
@pytest.mark.parametrize("mode", ["ascii", "binary", "appended"])
def test_a_vtk_image_with_too_few_numbers_is_refused(tmp_path, mode):
    path = tmp_path / "f.vti"
    write_vti(path, mode)
    path.write_bytes(path.read_bytes().replace(b"0 6 0 4 0 3", b"0 6 0 4 0 4"))
    with pytest.raises(UserError, match="VTK finds fewer numbers in it than its extent asks for"):
        open_field(path, "loss").read((slice(None),) * 3)


@vtk
def test_arrays_of_a_vtk_image(tmp_path):
    write_vti(tmp_path / "f.vti")
    with pytest.raises(UserError, match=r"holds loss, rho, vector and no --array was given: name one with --array\."):
        open_field(tmp_path / "f.vti")
    with pytest.raises(UserError, match=r"f\.vti:vector has no order: got 3 components a point, expected one\."):
        open_field(tmp_path / "f.vti", "vector")


@pytest.mark.parametrize(
    ("name", "start", "said"),
    [
        (
            "f.nc",
            b"\x89HDF\r\n",
            "is a NetCDF-4 file, which needs h5netcdf or netCDF4, not installed here: pip install 'lands",
        ),
        ("f.nc", b"CDF\x05", "is a CDF-5 file, which needs netCDF4, not installed here: pip install 'netCDF4'"),
        ("f.vti", b"<VTK", "needs VTK, which is not installed here: pip install 'landsweep[vtk]'."),
    ],
)
def test_libraries_that_are_not_here(tmp_path, monkeypatch, name, start, said):
    (tmp_path / name).write_bytes(start)
    for module in ("netcdf", "vtk"):
        monkeypatch.setattr(f"landsweep.disk.fields.{module}.find_spec", lambda _: None)
    with pytest.raises(UserError) as error:
        open_field(tmp_path / name)
    assert said in str(error.value)


def test_attributes_that_cannot_be_applied(tmp_path):
    for attributes in ({"scale_factor": "ten"}, {"_FillValue": 300, "_Unsigned": "true"}, {"add_offset": [1, 2]}):
        path = tmp_path / "f.zarr"
        zarr.create_array(path, data=CODES.astype("i1"), attributes=attributes, overwrite=True)
        done = inside("tree", path)
        assert done.returncode == 2, done.stdout
        assert f"f.zarr has attributes {', '.join(attributes)} that cannot be applied (" in done.stderr
        assert "add --raw to take the stored numbers as they are." in done.stderr
        assert inside("tree", path, "--raw").returncode == 0


def test_masks_that_the_precision_rounds(tmp_path):
    """netCDF4-python's issue 91, xarray's 1601: a mask of a float32 array is often stored as a float64."""
    field = np.array([[1, 2, -99.99], [3, 1e20, 5]], np.float32)
    for name, value in (("missing_value", np.float64(-99.99)), ("missing_value", [-99.99, 1e20])):
        xr.Dataset({"f": (("y", "x"), field, {name: value})}).to_netcdf(tmp_path / "f.nc", engine="scipy")
        values = open_field(tmp_path / "f.nc").read((slice(None),) * 2)
        missing = np.isin(field, np.array(value, np.float32))
        assert missing.sum() == np.size(value)
        assert (np.isnan(values) == missing).all()
        assert (values[~missing] == field[~missing]).all()


def test_missing_value_is_a_code(tmp_path):
    """netCDF4-python's issue 777: it is compared before scaling, and what NetCDF leaves unwritten is only suspected."""
    codes = np.array([-32767, 105, 1050], np.int16)
    dataset = xr.Dataset({"v": (("d",), codes, {"scale_factor": 0.1, "missing_value": np.int16(105)})})
    dataset.to_netcdf(tmp_path / "f.nc", engine="scipy")
    found = open_field(tmp_path / "f.nc")
    with xr.open_dataset(tmp_path / "f.nc") as opened:
        assert_same(found.read((slice(None),)), opened.v.values)
    assert np.isnan(found.read((slice(None),))).tolist() == [False, True, False]
    (suspect,) = found.suspects
    assert suspect[0] == found.read((slice(None),))[0]
    assert "what NetCDF leaves where nothing was written: add --fill-value -32767 if it is no value" in suspect[1]


def test_zarrs_fill_value_as_a_mask(tmp_path):
    """xarray's issues 5475 and 10269: a mask in Zarr 2 also where it is the default, 0; a number in Zarr 3."""
    for zarr_format, least in ((2, 1), (3, 0)):
        path = tmp_path / f"{zarr_format}.zarr"
        dims = {"dimension_names": ("d",)} if zarr_format == 3 else {"attributes": {"_ARRAY_DIMENSIONS": ["d"]}}
        group = zarr.open_group(path, mode="w", zarr_format=zarr_format)
        group.create_array("a", data=np.arange(5, dtype="i4"), **dims)
        expected = xr.open_zarr(path, consolidated=False, chunks=None).a.values
        assert_same(open_field(path).read((slice(None),)), expected)
        assert np.nanmin(expected) == least
        said = inside("tree", path).stdout
        assert ("_FillValue is the fill_value of Zarr 2, as xarray takes it (--raw: it is a number)" in said) is bool(
            least
        )
        assert "values 0 to 4" in inside("tree", path, "--raw").stdout


def test_filters_come_before_masks(tmp_path):
    """VirtualiZarr's issue 670: what a filter of Zarr has scaled is compared with the mask as xarray compares it."""
    import numcodecs

    group = zarr.open_group(tmp_path / "f.zarr", mode="w", zarr_format=2)
    scaling = numcodecs.FixedScaleOffset(offset=0, scale=2, dtype="f8", astype="u1")
    array = group.create_array(
        "a", shape=4, chunks=2, dtype="f8", filters=[scaling], fill_value=3.0, attributes={"_ARRAY_DIMENSIONS": ["d"]}
    )
    array[:] = [0.5, 127.5, 1.5, 3]
    values = open_field(tmp_path / "f.zarr").read((slice(None),))
    assert_same(values, xr.open_zarr(tmp_path / "f.zarr", consolidated=False, chunks=None).a.values)
    assert np.isnan(values).tolist() == [False, False, False, True]


def test_a_block_reads_its_chunks_alone(tmp_path):
    """A field need not fit in memory: what lies outside a block is not even looked at."""
    path = tmp_path / "f.zarr"
    array = zarr.create_array(path, shape=(8, 8), chunks=(4, 4), dtype="i2", attributes={"scale_factor": 0.5})
    array[:] = np.arange(64).reshape(8, 8)
    (path / "c" / "1" / "1").write_bytes(b"damaged")
    found = open_field(path)
    assert found.read((slice(0, 4), slice(0, 8)))[3, 7] == 31 * 0.5
    with pytest.raises(UserError, match="cannot be read"):
        found.read((slice(0, 5), slice(0, 8)))
