package types

// Fewer than quickSortMin elements are inserted; above medianOfMediansMin the
// pivot is a median of medians.
const (
	quickSortMin       = 7
	medianOfMediansMin = 40
)

// QuickSort is the quicksort of Bentley and McIlroy ("Engineering a Sort
// Function", 1993) as PostgreSQL has it. It leaves equal elements in the order
// in which PostgreSQL leaves them, which shows where they differ in what compare
// does not look at: which of two equal words of a query ts_rank takes, for one.
func QuickSort[T any](a []T, compare func(a, b T) int) {
	for len(a) >= quickSortMin {
		if isSorted(a, compare) {
			return
		}
		p := pivot(a, compare)
		a[0], a[p] = a[p], a[0]
		below, above := partition(a, compare)
		small, large := a[:below], a[len(a)-above:]
		if below > above {
			small, large = large, small
		}
		QuickSort(small, compare)
		a = large
	}
	for i := 1; i < len(a); i++ {
		for j := i; j > 0 && compare(a[j-1], a[j]) > 0; j-- {
			a[j-1], a[j] = a[j], a[j-1]
		}
	}
}

func isSorted[T any](a []T, compare func(a, b T) int) bool {
	for i := 1; i < len(a); i++ {
		if compare(a[i-1], a[i]) > 0 {
			return false
		}
	}
	return true
}

// pivot chooses the element to divide by.
func pivot[T any](a []T, compare func(a, b T) int) int {
	median := func(i, j, k int) int {
		if compare(a[i], a[j]) < 0 {
			switch {
			case compare(a[j], a[k]) < 0:
				return j
			case compare(a[i], a[k]) < 0:
				return k
			}
			return i
		}
		switch {
		case compare(a[j], a[k]) > 0:
			return j
		case compare(a[i], a[k]) < 0:
			return i
		}
		return k
	}
	n := len(a)
	low, middle, high := 0, n/2, n-1
	if n == quickSortMin {
		return middle
	}
	if n > medianOfMediansMin {
		d := n / 8
		low, middle, high = median(low, low+d, low+2*d), median(middle-d, middle, middle+d), median(high-2*d, high-d, high)
	}
	return median(low, middle, high)
}

// partition divides by the first element: what is below it comes to the front,
// what is above it to the end. It returns how many either are.
func partition[T any](a []T, compare func(a, b T) int) (below, above int) {
	n := len(a)
	// Elements equal to the pivot gather at both ends: a[:equalLow] and a[equalHigh+1:].
	equalLow, low, high, equalHigh := 1, 1, n-1, n-1
	for {
		for ; low <= high; low++ {
			c := compare(a[low], a[0])
			if c > 0 {
				break
			}
			if c == 0 {
				a[equalLow], a[low] = a[low], a[equalLow]
				equalLow++
			}
		}
		for ; low <= high; high-- {
			c := compare(a[high], a[0])
			if c < 0 {
				break
			}
			if c == 0 {
				a[equalHigh], a[high] = a[high], a[equalHigh]
				equalHigh--
			}
		}
		if low > high {
			break
		}
		a[low], a[high] = a[high], a[low]
		low++
		high--
	}
	below, above = low-equalLow, equalHigh-high
	swapRuns(a, 0, low, min(equalLow, below))
	swapRuns(a, low, n, min(above, n-equalHigh-1))
	return below, above
}

// swapRuns exchanges the count elements from start on with those that end before end.
func swapRuns[T any](a []T, start, end, count int) {
	for i := range count {
		a[start+i], a[end-count+i] = a[end-count+i], a[start+i]
	}
}
