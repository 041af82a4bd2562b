package analysis

import "strings"

// irregular maps forms that no suffix rule brings back to their word: the past of
// strong verbs and the plurals with a changed stem. Forms that are as often
// another word (lay, bore, ground, rose) are left alone.
var irregular = func() map[string]string {
	m := map[string]string{}
	for entry := range strings.SplitSeq(`
		arise arose arisen; awake awoke awoken; beat beaten; become became; begin began begun; bend bent; bite bit bitten;
		bleed bled; blow blew blown; break broke broken; breed bred; bring brought; build built; burn burnt; buy bought;
		catch caught; choose chose chosen; cling clung; come came; creep crept; deal dealt; dig dug; draw drew drawn;
		dream dreamt; drink drank drunk; drive drove driven; eat ate eaten; fall fell fallen; feed fed; feel felt;
		fight fought; find found; flee fled; fly flew flown; forbid forbade forbidden; forget forgot forgotten;
		forgive forgave forgiven; freeze froze frozen; get got gotten; give gave given; go went gone; grow grew grown;
		hang hung; hear heard; hide hid hidden; hold held; keep kept; kneel knelt; know knew known; lead led; lean leant;
		leap leapt; learn learnt; leave left; lend lent; light lit; lose lost; make made; mean meant; meet met;
		overcome overcame; pay paid; prove proven; ride rode ridden; ring rang rung; rise risen; run ran; say said;
		see saw seen; seek sought; sell sold; send sent; sew sewn; shake shook shaken; shine shone; shoot shot; show shown;
		shrink shrank shrunk; sing sang sung; sink sank sunk; sit sat; sleep slept; slide slid; smell smelt;
		speak spoke spoken; speed sped; spell spelt; spend spent; spin spun; spoil spoilt; spring sprang sprung;
		stand stood; steal stole stolen; stick stuck; sting stung; strike struck; strive strove striven; swear swore sworn;
		sweep swept; swell swollen; swim swam swum; swing swung; take took taken; teach taught; tear tore torn; tell told;
		think thought; throw threw thrown; understand understood; undergo underwent undergone;
		undertake undertook undertaken; wake woke woken; wear wore worn; weave wove woven; weep wept; win won;
		withdraw withdrew withdrawn; write wrote written; child children; man men; woman women; person people; foot feet;
		tooth teeth; goose geese; mouse mice`, ";") {
		words := strings.Fields(entry)
		for _, form := range words[1:] {
			m[form] = words[0]
		}
	}
	return m
}()
