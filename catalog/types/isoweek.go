package types

// isoWeekday returns 1 for Monday to 7 for Sunday.
func isoWeekday(days int64) int {
	if w := weekday(days); w != 0 {
		return w
	}
	return 7
}

// isoYearStart returns the Monday of ISO week 1 of a year: the week with January 4.
func isoYearStart(year int) int64 {
	jan4 := daysFromCivil(year, 1, 4)
	return jan4 - int64(isoWeekday(jan4)) + 1
}

// isoWeek returns the ISO 8601 year (astronomical) and week of a day.
func isoWeek(days int64) (year, week int) {
	year, _, _ = civilFromDays(days)
	start := isoYearStart(year)
	if days < start {
		year--
		start = isoYearStart(year)
	} else if next := isoYearStart(year + 1); days >= next {
		year++
		start = next
	}
	return year, int((days-start)/7) + 1
}

// isoDayOfYear counts from the Monday of ISO week 1, which is 1.
func isoDayOfYear(days int64) int64 {
	year, _ := isoWeek(days)
	return days - isoYearStart(year) + 1
}
