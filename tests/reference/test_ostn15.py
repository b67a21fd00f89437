"""British National Grid against the Ordnance Survey's own test points for OSTN15.

Ordnance Survey, developer pack for OSTN15 and OSGM15 (2016), files
``OSTN15_OSGM15_TestInput_ETRStoOSGB.txt`` and ``OSTN15_OSGM15_TestOutput_ETRStoOSGB.txt``,
points TP01 to TP12; and the worked example of "Transformations and OSGM15 user guide", annexe
A (Caister water tower). Contains OS data (c) Crown copyright and database rights 2016.
"""

import numpy as np

from peelian.spacetime import project, unproject

POINTS = np.array(
    [  # latitude, longitude, easting, northing
        (49.92226393730, -6.29977752014, 91492.146, 11318.804),
        (49.96006137820, -5.20304609998, 170370.718, 11572.405),
        (50.43885825610, -4.10864563561, 250359.811, 62016.569),
        (50.57563665000, -1.29782277240, 449816.371, 75335.861),
        (50.93127937910, -1.45051433700, 438710.920, 114792.250),
        (51.40078220140, -3.55128349240, 292184.870, 168003.465),
        (51.37447025550, 1.44454730409, 639821.835, 169565.858),
        (51.42754743020, -2.54407618349, 362269.991, 169978.690),
        (51.48936564950, -0.11992557180, 530624.974, 178388.464),
        (51.85890896400, -4.30852476960, 241124.584, 220332.641),
        (51.89436637350, 0.89724327012, 599445.590, 225722.826),
        (52.25529381630, -2.15458614387, 389544.190, 261912.153),
        (52 + 39 / 60 + 28.8282 / 3600, 1 + 42 / 60 + 57.8663 / 3600, 651409.804, 313177.450),
    ]
)


def test_longitude_and_latitude_become_metres_to_the_millimetre():
    latitude, longitude, easting, northing = POINTS.T
    x, y = project(longitude, latitude)
    np.testing.assert_allclose(x, easting, rtol=0, atol=0.0015)
    np.testing.assert_allclose(y, northing, rtol=0, atol=0.0015)


def test_metres_become_longitude_and_latitude_to_the_millimetre():
    latitude, longitude, easting, northing = POINTS.T
    back_longitude, back_latitude = unproject(easting, northing)
    np.testing.assert_allclose(back_longitude, longitude, rtol=0, atol=2e-8)
    np.testing.assert_allclose(back_latitude, latitude, rtol=0, atol=2e-8)


def test_pyproj_alone_would_be_metres_off():
    """Why British National Grid never goes through pyproj here."""
    import pyproj

    latitude, longitude, easting, northing = POINTS.T
    alone = pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
        "+step +proj=cart +ellps=WGS84 "
        "+step +inv +proj=helmert +x=446.448 +y=-125.157 +z=542.06 +rx=0.15 +ry=0.247 "
        "+rz=0.842 +s=-20.489 +convention=position_vector "
        "+step +inv +proj=cart +ellps=airy "
        "+step +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 "
        "+ellps=airy"
    )
    x, y = alone.transform(longitude, latitude)
    off = np.hypot(x - easting, y - northing)
    assert np.median(off) > 1
    assert off.max() < 5
