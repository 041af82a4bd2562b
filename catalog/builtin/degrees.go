package builtin

import "math"

// The trigonometric functions in degrees are exact where the true result is:
// sind(30) is 0.5, not 0.49999999999999994. Arguments are first reduced to
// [0, 90].

const degree = math.Pi / 180

// sinQuarter is the sine of d in [0, 90].
func sinQuarter(d float64) float64 {
	switch d {
	case 0:
		return 0
	case 30:
		return 0.5
	case 90:
		return 1
	}
	if d <= 45 {
		return math.Sin(d * degree)
	}
	return math.Cos((90 - d) * degree)
}

func sind(x float64) float64 {
	d, sign := math.Mod(x, 360), 1.0
	if d < 0 {
		d, sign = -d, -sign
	}
	if d > 180 {
		d, sign = 360-d, -sign
	}
	if d > 90 {
		d = 180 - d
	}
	return sign * sinQuarter(d)
}

func cosd(x float64) float64 {
	d, sign := math.Abs(math.Mod(x, 360)), 1.0
	if d > 180 {
		d = 360 - d
	}
	if d > 90 {
		d, sign = 180-d, -1
	}
	return sign * sinQuarter(90-d)
}

func tand(x float64) float64 {
	s, c := sind(x), cosd(x)
	if math.Abs(s) == math.Abs(c) || math.Abs(math.Mod(x, 90)) == 45 {
		return math.Copysign(1, s*c)
	}
	return s / c
}

func asind(x float64) float64 {
	switch x {
	case 0.5:
		return 30
	case -0.5:
		return -30
	case 1:
		return 90
	case -1:
		return -90
	}
	return math.Asin(x) / degree
}

func acosd(x float64) float64 {
	switch x {
	case 0:
		return 90
	case 0.5:
		return 60
	case -0.5:
		return 120
	case 1:
		return 0
	case -1:
		return 180
	}
	return math.Acos(x) / degree
}

func atand(x float64) float64 {
	switch x {
	case 1:
		return 45
	case -1:
		return -45
	}
	return math.Atan(x) / degree
}
