package invoice

import (
	"net/mail"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
)

// State of an invoice. Nothing follows refused and issued.
type State string

const (
	// Asked means that staff are to decide.
	Asked State = "asked"
	// Refused means that it will not be made; its amount can be invoiced anew.
	Refused State = "refused"
	// Working means that staff are at it.
	Working State = "working"
	// Issued means that its file is there.
	Issued State = "issued"
)

// Request asks for an invoice. All texts are personal.
type Request struct {
	Title     string            // who it is made out to, 1 to 100 characters
	TaxNumber string            // 1 to 30 letters and digits
	Amount    mall.Money        // fen, > 0
	For       string            // what was bought, 1 to 100 characters
	Remark    string            // at most 200 characters
	Mail      string            // where it is sent, "" for nowhere
	Ext       map[string]string // bank, address …: at most 20 entries of 200 characters
	Order     mall.ID           // zero for spendings at large
}

// Invoice is a request and what became of it.
type Invoice struct {
	ID      mall.ID
	Account mall.ID
	Request
	State   State
	File    string  // address of the issued one
	Reason  string  // why it was refused; may name people
	By      mall.ID // who decided, zero for the system
	Created time.Time
	Decided time.Time // zero before
}

// Filter narrows a list; zero fields do not.
type Filter struct {
	Account mall.ID
	States  []State
}

// Bounds of texts, in characters.
const (
	maxTitle = 100
	maxTax   = 30
	maxText  = 200
	maxExt   = 20
)

// cleaned is the request without outer blanks, refused when out of bounds.
func (r Request) cleaned() (Request, error) {
	for _, f := range []struct {
		name  string
		text  *string
		least int
		most  int
	}{{"comName", &r.Title, 1, maxTitle}, {"tfn", &r.TaxNumber, 1, maxTax}, {"consumption", &r.For, 1, maxTitle}, {"remark", &r.Remark, 0, maxText}, {"email", &r.Mail, 0, maxText}} {
		*f.text = strings.TrimSpace(*f.text)
		if n := utf8.RuneCountInString(*f.text); n < f.least || n > f.most {
			return r, mall.ErrInvalid.With(f.name)
		}
	}
	for _, c := range r.TaxNumber {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return r, mall.ErrInvalid.With("tfn")
		}
	}
	if r.Mail != "" {
		if a, err := mail.ParseAddress(r.Mail); err != nil || a.Address != r.Mail {
			return r, mall.ErrInvalid.With("email")
		}
	}
	if r.Amount <= 0 || r.Amount > mall.MaxMoney {
		return r, mall.ErrInvalid.With("amount")
	}
	if len(r.Ext) > maxExt {
		return r, mall.ErrInvalid.With("ext")
	}
	for k, v := range r.Ext {
		if utf8.RuneCountInString(k) > maxTitle || utf8.RuneCountInString(v) > maxText {
			return r, mall.ErrInvalid.With("ext")
		}
	}
	return r, nil
}

// webAddress says whether a file can be fetched under an address.
func webAddress(file string) bool {
	u, err := url.Parse(file)
	return err == nil && len(file) <= 2048 && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
