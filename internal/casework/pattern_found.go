package casework

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	pricedMax  = 500 // cases whose price is looked at, the newest first
	phoneShown = 4   // digits of a telephone number, the last ones
)

// agreedIn are the names of the fields by which a form says what was agreed and what was billed.
var agreedIn = []string{"contract_sum", billed}

// phoned are organisations whose persons give one telephone number and that have cases of one scheme.
func (s *Service) phoned(ctx context.Context, tx *db.Tx, all []tally, rules PatternRules) (out []Pattern, err error) {
	phones, orgs, day := map[string][]string{}, map[[2]string][]string{}, s.today(tx.Now())
	for _, t := range all {
		if _, known := phones[t.org]; !known {
			if phones[t.org], err = s.c.Registry.Phones(ctx, tx, t.org, day); err != nil {
				return nil, err
			}
		}
		for _, phone := range phones[t.org] {
			key := [2]string{t.scheme, phone}
			if !slices.Contains(orgs[key], t.org) {
				orgs[key] = append(orgs[key], t.org)
			}
		}
	}
	for k, these := range orgs {
		if len(these) < rules.Phone.Organisations {
			continue
		}
		slices.Sort(these)
		p := Pattern{Kind: SamePhone, Subject: phoneSubject(s.c.Secret, k[0], k[1]), Scheme: k[0], Phone: k[1][len(k[1])-phoneShown:], Orgs: these, N: len(these), Days: rules.Phone.Days}
		for _, secret := range s.c.Former {
			p.former = append(p.former, phoneSubject(secret, k[0], k[1]))
		}
		out = append(out, p)
	}
	return out, nil
}

// phoneSubject names a telephone number among the patterns of a scheme. The key follows from the node's secret, which stands in no table: a
// number has so few digits that a digest without a key is the number.
func phoneSubject(secret, scheme, phone string) string {
	key := sha256.Sum256([]byte("corridor/casework/phone/1\n" + secret))
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(scheme + "/" + phone))
	return scheme + "/" + hex.EncodeToString(mac.Sum(nil)[:8])
}

// overcharged are the providers with which more was agreed, or which billed more, than the calendar asked for the slot, by more than the
// bound.
func (s *Service) overcharged(ctx context.Context, tx *db.Tx, who access.Actor, all []tally, rules PatternRules) (out []Pattern, err error) {
	if s.c.Slots == nil {
		return nil, nil
	}
	schemes := map[string]bool{}
	for _, t := range all {
		if sch, err := s.Scheme(t.scheme); err == nil {
			for f := range sch.Form.All() {
				if f.Type == "slot" {
					schemes[t.scheme] = true
				}
			}
		}
	}
	if len(schemes) == 0 {
		return nil, nil
	}
	ids, err := selectSchemeCases(ctx, tx, patternReach(who), db.Micros(tx.Now().Add(-time.Duration(rules.Price.Days)*24*time.Hour)), slices.Sorted(maps.Keys(schemes)))
	if err != nil {
		return nil, err
	}
	found, over := map[string]*Pattern{}, map[string]unit.Fen{}
	for _, id := range ids {
		c, err := selectCase(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		most := unit.Fen(0)
		for _, name := range agreedIn {
			most = max(most, c.field(name).Fen())
		}
		if most == 0 {
			continue
		}
		listed, err := s.slotPrice(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		if listed <= 0 || (most-listed)*100 <= listed*unit.Fen(rules.Price.Percent) {
			continue
		}
		sch, err := s.edition(c)
		if err != nil {
			return nil, err
		}
		provider := providerOf(sch, c)
		key := c.Scheme + "/" + provider
		p := found[key]
		if p == nil {
			p = &Pattern{Kind: FarAboveList, Subject: key, Scheme: c.Scheme, Provider: provider, Days: rules.Price.Days}
			found[key] = p
		}
		p.N++
		if len(p.ids) < patternCases {
			p.ids = append(p.ids, id)
		}
		if most-listed > over[key] {
			over[key], p.Listed, p.Billed = most-listed, listed, most
		}
	}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		out = append(out, *found[key])
	}
	return out, nil
}

// slotPrice is what the calendar asks for the slots that a case holds or has used, together; 0 where it named none.
func (s *Service) slotPrice(ctx context.Context, tx *db.Tx, c Case) (sum unit.Fen, err error) {
	all, err := s.c.Slots.SlotsOf(ctx, tx, c.ID)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return 0, fmt.Errorf("slots of case %s: %w", c.No, err)
	}
	for _, x := range all {
		if x.Live() {
			sum += x.Price
		}
	}
	return sum, nil
}
