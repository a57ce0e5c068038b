package manager

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

type logIn struct {
	window
}

type loginMoment struct {
	LoginTime string `json:"loginTime"`
	IP        string `json:"ip"`
}

type logRow struct {
	ID        string      `json:"_id"`
	Username  string      `json:"username"`
	LastLogin loginMoment `json:"lastLogin"` // empty texts at a first login
	NowLogin  loginMoment `json:"nowLogin"`
	V         int         `json:"__v"`
}

type logOut struct {
	envelope
	Total int64    `json:"total"`
	Data  []logRow `json:"data"`
}

// logCount is how many entries come when nobody says how many.
const logCount = "10"

// loginLog lists the logins at this API, the newest first.
func (a *api) loginLog(ctx context.Context, who mall.Actor, in logIn) (*logOut, error) {
	if in.Count == "" {
		in.Count = logCount
	}
	offset, limit, err := in.rows()
	if err != nil {
		return nil, err
	}
	all, err := gather(offset, limit, func(p mall.Page) (mall.Slice[auth.JournalEntry], error) {
		return a.Auth.Journal(ctx, who.Face, p)
	})
	if err != nil {
		return nil, err
	}
	return &logOut{done("success"), all.Total, listed(all.Items, func(e auth.JournalEntry) logRow {
		return logRow{
			ID: objectID(e.ID), Username: e.Username,
			LastLogin: loginMoment{a.when(layoutSlash, e.LastAt), e.LastAddr},
			NowLogin:  loginMoment{a.when(layoutSlash, e.At), e.Addr},
		}
	})}, nil
}
