// Package verify sends verification codes to mobile numbers and mail
// addresses and checks them: one mechanism with a policy per face.
//
// A code is stored hashed, is good once, for some minutes and a few tries,
// and is void as soon as a newer one was sent to the same number. Sends are
// limited per number and per network address, in the database. Service
// implements auth.Codes.
package verify

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Policy is how a face's codes look and how often they may be sent. Numbers
// that are zero, but for Gap, take those of the face's document.
type Policy struct {
	Digits    int           // length of a code
	TTL       time.Duration // how long it is good
	Tries     int           // wrong tries that end it
	PerTarget int           // sends a day to one number or mail address
	PerOpenID int           // sends a day for one openid, whatever the number; default 20
	PerAddr   int           // sends a day from one network address, which many may share
	Gap       time.Duration // least time between two sends to one target, 0 for none
}

// Policies by face, as their documents say; other faces take wxapi's.
var defaults = map[mall.Face]Policy{
	mall.FaceWXAPI:   {Digits: 6, TTL: 10 * time.Minute, Tries: 5, PerTarget: 10, PerAddr: 1000},
	mall.FaceManager: {Digits: 5, TTL: 60 * time.Minute, Tries: 5, PerTarget: 10, PerAddr: 1000},
	mall.FaceO2O:     {Digits: 4, TTL: 10 * time.Minute, Tries: 5, PerTarget: 10, PerAddr: 1000},
}

// Message is a code on its way.
type Message struct {
	To   string // mobile number or mail address
	Code string
	Body string // a sentence that holds the code, for senders without templates
	TTL  time.Duration
}

// SMSSender sends short messages. It is never called inside a transaction.
type SMSSender interface {
	SendSMS(ctx context.Context, m Message) error
}

// Mailer sends mails. It is never called inside a transaction.
type Mailer interface {
	SendMail(ctx context.Context, m Message) error
}

// Pictures checks picture codes; auth/captcha implements it.
type Pictures interface {
	Check(ctx context.Context, key, answer string) error
}

// Picture is the answer to a picture code, zero when none was given.
type Picture struct{ Key, Answer string }

// Code is the code that was last sent to a target. The target is stored as a
// hash; there is one row per channel and target.
type Code struct {
	Channel   string // the face
	Target    string // hash of the number or mail address
	Salt      string
	Hash      string // of salt and code
	Tries     int
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero while it is good
}

// Repository keeps codes. Writes need a running mall.Tx.Do.
type Repository interface {
	// Put stores a code in place of the former one of its channel and target.
	Put(ctx context.Context, c Code) error
	// Try counts a try on a code that is unused, unexpired and has tries
	// left, and gives it; nil when there is none. Counting and testing are
	// one statement.
	Try(ctx context.Context, channel, target string, max int, now time.Time) (*Code, error)
	// Untry takes back the try that turned out right.
	Untry(ctx context.Context, c Code) error
	// Find is the code of a channel and target, nil when there is none.
	Find(ctx context.Context, channel, target string) (*Code, error)
	// Use marks this very code as used if it is unused, unexpired and has
	// tries left, and says whether.
	Use(ctx context.Context, c Code, max int, now time.Time) (bool, error)
	// Forget deletes at most limit codes that expired before a moment.
	Forget(ctx context.Context, before time.Time, limit int) (int64, error)
}

var (
	// ErrCode says that the code is wrong.
	ErrCode = mall.E(mall.Invalid, "verify.code", "wrong verification code")
	// ErrNoCode says that there is no good code: none was sent, or it is
	// expired, used, or was tried too often.
	ErrNoCode = mall.E(mall.Invalid, "verify.no_code", "no valid verification code, request a new one")
	// ErrTooOften says that the day's sends, or the pause between two, are used up.
	ErrTooOften = mall.E(mall.Limit, "verify.too_often", "too many verification codes, try again later")
	// ErrTarget says that this is no number or mail address that codes go to.
	ErrTarget = mall.E(mall.Invalid, "verify.target", "not a mobile number or mail address")
	// ErrSend says that the message could not be handed over.
	ErrSend = mall.E(mall.Unavailable, "verify.send", "verification code could not be sent")
	// ErrPicture says that a picture code is needed first.
	ErrPicture = mall.E(mall.Invalid, "verify.picture", "picture code needed")
)
