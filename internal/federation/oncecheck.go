package federation

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// An invoice that was good when it was paid for may be cancelled afterwards, so it is asked about again after payment, on the
// days that the community file names. Who is asked stands behind TaxCheck.

// Answers of a tax check.
const (
	InvoiceValid     = "valid"
	InvoiceCancelled = "cancelled" // voided, or reversed by a red-letter invoice
	InvoiceUnknown   = "unknown"   // not to be told now; it is asked again
)

const (
	checkAgain    = time.Hour // after an answer that told nothing
	taxAnswerMax  = 64 << 10
	taxFileMax    = 64 << 20
	checksOnce    = 50 // checks of one look
	taxAnswerTime = 10 * time.Second
)

// TaxCheck tells what has become of an invoice. It may be asked twice and at any time; an error is unknown, and is asked again.
// detail is for people, as the authority said it.
type TaxCheck interface {
	Invoice(ctx context.Context, seller unit.USCC, number unit.InvoiceNo, total unit.Fen) (answer, detail string, err error)
}

// Recheck is one asking after payment.
type Recheck struct {
	Days    int64
	Due     time.Time
	Checked time.Time // zero before
	Answer  string    // "" before
	Detail  string

	claim unit.ID
}

// planChecks writes down when a claim that was confirmed is asked about again.
func (s *Service) planChecks(ctx context.Context, tx *db.Tx, c Claim) error {
	for _, days := range s.onceTerms().AgainDays {
		if err := insertCheck(ctx, tx, Recheck{claim: c.ID, Days: days, Due: tx.Now().Add(time.Duration(days) * 24 * time.Hour)}); err != nil {
			return fmt.Errorf("plan a check of claim %s: %w", c.ID, err)
		}
	}
	return nil
}

// recheck asks about invoices whose day has come. Nothing is decided by it: who audits the case sees the answer.
func (s *Service) recheck(ctx context.Context) (n int, err error) {
	if s.c.TaxCheck == nil {
		return 0, nil
	}
	type dueCheck struct {
		claim Claim
		check Recheck
	}
	var due []dueCheck
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		due = nil
		checks, err := selectChecksDue(ctx, tx, tx.Now(), checksOnce)
		for _, x := range checks {
			c, err := selectClaim(ctx, tx, x.claim)
			if err != nil {
				return err
			}
			due = append(due, dueCheck{c, x})
		}
		return err
	}); err != nil {
		return 0, fmt.Errorf("invoices to ask about again: %w", err)
	}
	for _, d := range due {
		answer, detail, failed := s.c.TaxCheck.Invoice(ctx, d.claim.Seller, d.claim.Number, d.claim.Total)
		if failed != nil {
			answer, detail = InvoiceUnknown, clipTo(failed.Error(), 300)
		}
		err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
			x := d.check
			x.Answer, x.Detail, x.Checked = answer, clipTo(detail, 300), tx.Now()
			if answer != InvoiceValid && answer != InvoiceCancelled {
				x.Answer, x.Checked, x.Due = InvoiceUnknown, time.Time{}, tx.Now().Add(checkAgain)
			}
			if err := updateCheck(ctx, tx, x); err != nil || x.Answer != InvoiceCancelled {
				return err
			}
			return s.told(ctx, tx, d.claim.Case)
		})
		if err != nil {
			return n, fmt.Errorf("ask about the invoice of claim %s again: %w", d.claim.ID, err)
		}
		if failed == nil {
			n++
		}
	}
	return n, nil
}

// OpenTaxCheck opens the adapter that a setting names: a file of lines «number,seller,answer,detail», read at each asking, or an
// address that is asked with number, seller and total_fen and answers {"answer": …, "detail": …}. "" is nobody: nil.
func OpenTaxCheck(setting string, client *http.Client) (TaxCheck, error) {
	switch {
	case setting == "":
		return nil, nil
	case strings.HasPrefix(setting, "http://"), strings.HasPrefix(setting, "https://"):
		if _, err := url.Parse(setting); err != nil {
			return nil, err
		}
		return taxHTTP{setting, client}, nil
	}
	return taxFile(setting), nil
}

type taxFile string

func (f taxFile) Invoice(_ context.Context, seller unit.USCC, number unit.InvoiceNo, _ unit.Fen) (string, string, error) {
	file, err := os.Open(string(f))
	if err != nil {
		return "", "", err
	}
	defer file.Close()
	r := csv.NewReader(io.LimitReader(file, taxFileMax))
	r.FieldsPerRecord = -1
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return InvoiceUnknown, "", nil
		}
		if err != nil {
			return "", "", err
		}
		if len(row) < 3 {
			continue
		}
		if n, err := unit.ParseInvoiceNo(row[0]); err != nil || n != number || row[1] != "" && unit.USCC(row[1]) != seller {
			continue
		}
		detail := ""
		if len(row) > 3 {
			detail = row[3]
		}
		return strings.TrimSpace(row[2]), detail, nil
	}
}

type taxHTTP struct {
	address string
	client  *http.Client
}

func (h taxHTTP) Invoice(ctx context.Context, seller unit.USCC, number unit.InvoiceNo, total unit.Fen) (string, string, error) {
	ctx, stop := context.WithTimeout(ctx, taxAnswerTime)
	defer stop()
	q := url.Values{"number": {string(number)}, "seller": {string(seller)}, "total_fen": {fmt.Sprint(int64(total))}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.address+"?"+q.Encode(), nil)
	if err != nil {
		return "", "", err
	}
	res, err := h.client.Do(r)
	if err != nil {
		return "", "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, taxAnswerMax))
	if err != nil || res.StatusCode != http.StatusOK {
		return "", "", errors.Join(fmt.Errorf("%s answered %d", h.address, res.StatusCode), err)
	}
	var a struct {
		Answer string `json:"answer"`
		Detail string `json:"detail"`
	}
	if err := json.NewDecoder(bytes.NewReader(b)).Decode(&a); err != nil {
		return "", "", err
	}
	return a.Answer, a.Detail, nil
}
