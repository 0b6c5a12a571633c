package extract

import "strings"

var (
	englishOrgs = map[string]bool{"university": true, "institute": true, "academy": true, "office": true, "committee": true, "commission": true, "bureau": true, "ministry": true, "department": true, "council": true, "bank": true, "group": true,
		"company": true, "ltd": true, "limited": true, "corp": true, "corporation": true, "inc": true, "center": true, "centre": true, "laboratory": true, "lab": true, "association": true, "federation": true, "foundation": true, "fund": true, "government": true,
		"authority": true, "administration": true, "exchange": true, "hospital": true, "college": true, "school": true, "agency": true, "alliance": true, "holdings": true, "technologies": true, "society": true, "bureaux": true, "organization": true, "organisation": true, "union": true, "securities": true, "daily": true, "news": true, "times": true}
	englishLinks = map[string]bool{"of": true, "and": true, "for": true, "the": true, "&": true}
	englishRoles = map[string]bool{"director": true, "chairman": true, "chairwoman": true, "chair": true, "president": true, "mayor": true, "secretary": true, "professor": true, "minister": true, "manager": true, "ceo": true, "dean": true, "head": true, "chief": true,
		"spokesperson": true, "spokesman": true, "spokeswoman": true, "researcher": true, "founder": true, "governor": true, "scientist": true, "executive": true, "officer": true, "vice": true, "deputy": true, "general": true, "co-founder": true, "partner": true, "analyst": true, "expert": true, "leader": true, "engineer": true, "rector": true, "provost": true}
	englishTitles = map[string]bool{"dr": true, "mr": true, "ms": true, "mrs": true, "prof": true, "professor": true, "mayor": true, "minister": true, "president": true, "chairman": true, "director": true, "secretary": true, "governor": true}
	englishPacts  = map[string]bool{"agreement": true, "agreements": true, "memorandum": true, "mou": true, "contract": true, "accord": true, "pact": true, "treaty": true, "letter": true}
)

// capitals returns the end of a run of capital words that begins at i, with of, and, for between them.
func capitals(ws []word, i int) int {
	j := i
	for j < len(ws) {
		if ws[j].capital || ws[j].digit && j > i {
			if j > i && ws[j-1].mark != 0 && !(ws[j-1].mark == '.' && len(ws[j-1].low) <= 2) && !(ws[j-1].mark == ',' && (ws[j].low == "ltd" || ws[j].low == "inc" || ws[j].low == "llc")) && !(ws[j-1].mark == '.' && ws[j-1].low == "co") {
				break
			}
			j++
			continue
		}
		if j > i && englishLinks[ws[j].low] && ws[j].low != "and" && j+1 < len(ws) && (ws[j+1].capital || ws[j+1].low == "the" && j+2 < len(ws) && ws[j+2].capital) && ws[j-1].mark == 0 {
			j++
			continue
		}
		if j > i && ws[j].low == "and" && j+1 < len(ws) && ws[j+1].capital && ws[j-1].mark == 0 && headed2(ws[i:j]) && !orgAhead(ws, j+1) {
			j++
			continue
		}
		if j > i && ws[j].low == "and" && j+1 < len(ws) && ws[j+1].capital && ws[j-1].mark == 0 && !endsOrg(ws[i:j]) && orgAhead(ws, j+1) {
			j++
			continue
		}
		break
	}
	return j
}

// headed2 says whether a name is a body of some field, so that and may join two fields: Department of Science.
func headed2(ws []word) bool {
	for k := len(ws) - 2; k > 0 && k >= len(ws)-3; k-- {
		if ws[k].low == "of" && englishOrgs[ws[k-1].low] {
			return true
		}
	}
	return false
}

func endsOrg(ws []word) bool { return len(ws) > 0 && englishOrgs[ws[len(ws)-1].low] }

// orgAhead says whether a run of capitals that begins at i ends like an organisation: Science and Technology Commission.
func orgAhead(ws []word, i int) bool {
	for k := i; k < len(ws) && k < i+4 && ws[k].capital; k++ {
		if englishOrgs[ws[k].low] {
			return true
		}
		if ws[k].mark != 0 {
			break
		}
	}
	return false
}

// englishBodies finds the organisations of an English text.
func englishBodies(t *text) []body {
	var out []body
	ws := t.words
	for i := 0; i < len(ws); i++ {
		if !ws[i].capital {
			continue
		}
		j := capitals(ws, i)
		k := j
		for k > i && englishLinks[ws[k-1].low] {
			k--
		}
		from := i
		for from < k && (ws[from].low == "the" || englishTitles[ws[from].low] && ws[from].mark == '.') {
			from++
		}
		for o := from + 1; o+1 < k && o < from+6; o++ { // Deputy Director of the Department
			if ws[o].low == "of" && englishRoles[ws[o-1].low] {
				for from = o + 1; from < k && ws[from].low == "the"; {
					from++
				}
				break
			}
		}
		has := false
		for _, w := range ws[from:k] {
			has = has || englishOrgs[w.low]
		}
		if has && k-from >= 2 {
			end := ws[k-1].end
			if low := ws[k-1].low; (low == "ltd" || low == "inc" || low == "co" || low == "corp") && end < len(t.r) && t.r[end] == '.' {
				end++
			}
			out = append(out, body{t: t, start: ws[from].start, end: end, name: t.say(ws[from].start, end)})
		}
		i = max(i, j-1)
	}
	return out
}

// englishAgreements reads A and B signed an agreement, and A signed an agreement with B.
func (a *analysis) englishAgreements(t *text) []pact {
	var out []pact
	ws := t.words
	for i := range ws {
		if ws[i].low != "signed" && ws[i].low != "sign" && ws[i].low != "inked" && ws[i].low != "concluded" {
			continue
		}
		s := t.sentence(ws[i].start)
		kindEnd := -1
		for k := i + 1; k < len(ws) && k < i+12 && ws[k].start < s.end; k++ {
			if englishPacts[ws[k].low] {
				kindEnd = k
				if ws[k].low == "memorandum" && k+2 < len(ws) && ws[k+1].low == "of" {
					kindEnd = k + 2
				}
				break
			}
		}
		if kindEnd < 0 {
			continue
		}
		b := i + 1
		for b < kindEnd && (englishStops[ws[b].low] || ws[b].digit) {
			b++
		}
		kind := t.say(ws[b].start, ws[kindEnd].end)
		var ps []string
		from := ws[i].start
		for k := range t.bodies {
			o := &t.bodies[k]
			if o.start < s.start || o.end > s.end {
				continue
			}
			if o.end <= ws[i].start || o.start > ws[kindEnd].end && withBefore(ws, o.start) {
				ps = append(ps, o.name)
				from = min(from, o.start)
			}
		}
		if len(ps) < 2 {
			ps, from = capitalRow(t, ws, s.start, i)
		}
		if len(ps) < 2 {
			continue
		}
		date := ""
		for k := range t.times {
			if m := &t.times[k]; m.day && m.start >= s.start && m.end <= s.end && len(m.period) == 10 {
				date = m.period
			}
		}
		if date == "" && saysToday(ws, s.start, ws[i].start) {
			date = a.date
		}
		if date == "" && len(a.eventDate) == 10 {
			date = a.eventDate
		}
		out = append(out, pact{Agreement{Parties: ps, Kind: kind, Date: orNil(date), Span: t.span(from, ws[kindEnd].end)}, date != ""})
	}
	return out
}

// capitalRow reads who signs where no body is named: the departments of A Province, B Province and C Province.
func capitalRow(t *text, ws []word, start, verb int) (ps []string, from int) {
	for k := 0; k < verb; k++ {
		if ws[k].start < start || !ws[k].capital || ws[k].low == "the" || monthNames[ws[k].low] > 0 {
			continue
		}
		j := k
		for j < verb && ws[j].capital {
			j++
			if ws[j-1].mark != 0 {
				break
			}
		}
		if len(ps) == 0 {
			from = ws[k].start
		}
		ps = append(ps, t.say(ws[k].start, ws[j-1].end))
		k = j - 1
	}
	return ps, from
}

// saysToday says whether an English sentence speaks of the day of its article.
func saysToday(ws []word, from, to int) bool {
	for k := range ws {
		if ws[k].start >= from && ws[k].start < to && ws[k].low == "today" {
			return true
		}
	}
	return false
}

func withBefore(ws []word, at int) bool {
	for k := range ws {
		if ws[k].start == at {
			return k > 0 && (ws[k-1].low == "with" || ws[k-1].low == "and" || ws[k-1].low == "the" && k > 1 && ws[k-2].low == "with")
		}
	}
	return false
}

// englishPeople finds Dr. X Y, and X Y, director of ….
func englishPeople(t *text, add func(*text, int, int, string)) {
	ws := t.words
	for i := 0; i < len(ws); i++ {
		if !ws[i].capital {
			continue
		}
		name := i
		role := ""
		if englishTitles[ws[i].low] && i+1 < len(ws) && ws[i+1].capital {
			if low := ws[i].low; len(low) > 4 {
				role = t.say(ws[i].start, ws[i].end)
			}
			name = i + 1
		}
		j := name
		for j < len(ws) && j < name+3 && ws[j].capital && !englishOrgs[ws[j].low] && monthNames[ws[j].low] == 0 && !englishRoles[ws[j].low] && len(ws[j].low) > 1 {
			j++
			if ws[j-1].mark != 0 && ws[j-1].mark != '.' {
				break
			}
		}
		if j-name < 2 {
			continue
		}
		if j < len(ws) && ws[j-1].mark == ',' && roleAt(ws, j) {
			k := j
			for k < len(ws) && k < j+12 {
				k++
				if ws[k-1].mark == ',' || ws[k-1].mark == '.' {
					break
				}
			}
			role = t.say(ws[j].start, ws[k-1].end)
		} else if role == "" && name == i {
			continue
		}
		add(t, ws[name].start, ws[j-1].end, strings.TrimPrefix(role, "the "))
		i = j - 1
	}
}

// roleAt says whether an office stands at i, behind the, its or an adjective.
func roleAt(ws []word, i int) bool {
	for k := i; k < len(ws) && k < i+4; k++ {
		if englishRoles[ws[k].low] {
			return true
		}
		if ws[k].mark != 0 {
			return false
		}
	}
	return false
}
