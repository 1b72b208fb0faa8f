// Where this device stands, by its own receiver; needs no connection.
const PATIENCE_MS = 20000;
const EARTH_M = 6371000;

export const canLocate = () => Boolean(navigator.geolocation);

/** {lat, lon, accuracy (m), taken_at}; rejects when the device does not tell. */
export function whereAmI() {
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords, timestamp }) =>
        resolve({
          lat: Number(coords.latitude.toFixed(6)),
          lon: Number(coords.longitude.toFixed(6)),
          accuracy: Math.round(coords.accuracy),
          taken_at: new Date(timestamp).toISOString(),
        }),
      reject,
      { enableHighAccuracy: true, timeout: PATIENCE_MS },
    );
  });
}

/** A coordinate as it is written here: 10,411379. */
export const coordinateText = (number) => String(number).replace(".", ",");

/** Metres between two points ({lat, lon} in degrees). */
export function metresBetween(one, other) {
  const radians = (degrees) => (degrees * Math.PI) / 180;
  const north = radians(other.lat - one.lat);
  const east = radians(other.lon - one.lon) * Math.cos(radians((one.lat + other.lat) / 2));
  return Math.round(Math.hypot(north, east) * EARTH_M);
}

export const NOT_LOCATED = "Máy chưa cho biết vị trí. Anh/chị bật định vị, cho phép trang này dùng, đứng ngoài trời rồi bấm lại.";
