// Package tokens estimates what a text costs a language model, without one: the
// budgets of recalls and of packed contexts are counted alike.
package tokens

// Estimate is how many tokens a model makes of a text, about: one for four bytes of
// ASCII, and one for every other character.
func Estimate(text string) int {
	ascii, other := 0, 0
	for _, r := range text {
		if r < 0x80 {
			ascii++
		} else {
			other++
		}
	}
	return (ascii+3)/4 + other
}
