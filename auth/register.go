package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
)

// Registration is a new account. One of Username, Mobile, Mail or Identity
// says who it is.
type Registration struct {
	Username string
	Mobile   string
	Mail     string
	Password string
	Code     string    // the verification code sent to Mobile or Mail
	Identity *Identity // vouched for by its provider, bound to the new account
	Referrer string    // invite code; one that belongs to nobody is ignored

	Nick      string
	AvatarURL string
	Gender    int
	Province  string
	City      string
	Ext       map[string]string
}

// Register makes an account for somebody who came by herself. A user name
// needs a password, a mobile number or mail address the code that was sent
// there. ErrRegistered when any of them, or the identity, has an account;
// the code is not used up then.
func (s *Service) Register(ctx context.Context, who mall.Actor, r Registration) (*Account, error) {
	target := r.Mobile
	if target == "" {
		target = r.Mail
	}
	switch {
	case target != "":
		if err := s.d.Codes.Check(ctx, who.Face, target, r.Code); err != nil {
			return nil, err
		}
	case r.Username != "":
		if r.Password == "" {
			return nil, mall.ErrInvalid.With("password")
		}
	case r.Identity == nil:
		return nil, mall.ErrInvalid.With("username")
	}
	a, hash, err := s.draft(ctx, who, r)
	if err != nil {
		return nil, err
	}
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.insert(ctx, a, hash, r.Identity); err != nil {
			return err
		}
		if target != "" {
			return s.d.Codes.Use(ctx, who.Face, target, r.Code)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// NewAccount is an account made by staff or by the host.
type NewAccount struct {
	Registration
	Role string // "" is an ordinary user
}

// Create makes an account without codes. It needs the right "/users/addUser";
// the role it gets stands below the actor's, and only root gives the root role.
// ErrMobileTaken tells a taken number from a taken name.
func (s *Service) Create(ctx context.Context, who mall.Actor, n NewAccount) (*Account, error) {
	if err := who.Must(RightAddUser); err != nil {
		return nil, err
	}
	if n.Role == RoleRoot && !who.Has(mall.RightAll) {
		return nil, ErrRoot
	}
	if n.Username == "" && n.Mobile == "" && n.Mail == "" && n.Identity == nil {
		return nil, mall.ErrInvalid.With("username")
	}
	if err := s.over(ctx, who, n.Role); err != nil {
		return nil, err
	}
	for _, u := range []struct {
		by    Key
		value string
		taken error
	}{{ByUsername, n.Username, ErrRegistered}, {ByMobile, n.Mobile, ErrMobileTaken}} {
		if other, err := s.Find(ctx, u.by, u.value); err != nil || other != nil {
			return nil, cmp.Or(err, u.taken)
		}
	}
	a, hash, err := s.draft(ctx, who, n.Registration)
	if err != nil {
		return nil, err
	}
	a.Source, a.Role = SourceStaff, n.Role
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.holdRole(ctx, n.Role); err != nil {
			return err
		}
		return s.insert(ctx, a, hash, n.Identity)
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// draft checks a registration and hashes its password; it writes nothing.
func (s *Service) draft(ctx context.Context, who mall.Actor, r Registration) (*Account, string, error) {
	c := Changes{Nick: &r.Nick, AvatarURL: &r.AvatarURL, Gender: &r.Gender, Province: &r.Province, City: &r.City, Ext: r.Ext}
	if err := c.check(); err != nil {
		return nil, "", err
	}
	switch {
	case r.Username != "" && !validUsername(r.Username):
		return nil, "", mall.ErrInvalid.With("username")
	case r.Mobile != "" && !ValidMobile(r.Mobile):
		return nil, "", mall.ErrInvalid.With("mobile")
	case r.Mail != "" && !ValidMail(r.Mail):
		return nil, "", mall.ErrInvalid.With("mail")
	}
	hash := ""
	if r.Password != "" {
		var err error
		if hash, err = s.hash(ctx, r.Password); err != nil {
			return nil, "", err
		}
	}
	inviter, err := s.Referrer(ctx, r.Referrer)
	if err != nil && !errors.Is(err, ErrReferrer) {
		return nil, "", err
	}
	now := s.now()
	return &Account{
		PublicID: newPublicID(), Username: r.Username, Mobile: r.Mobile, Mail: strings.ToLower(r.Mail),
		Inviter: inviter, Source: r.source(),
		Nick: r.Nick, AvatarURL: r.AvatarURL, Gender: r.Gender, Province: r.Province, City: r.City, Ext: r.Ext,
		HasPassword: hash != "", RegisteredAt: now, RegisterAddr: who.Addr, UpdatedAt: now,
	}, hash, nil
}

func (r Registration) source() Source {
	switch {
	case r.Identity != nil:
		return SourceWXApp
	case r.Mobile != "":
		return SourceMobile
	case r.Username != "":
		return SourceUsername
	}
	return SourceMail
}

// insert stores a drafted account with its identity inside the running Do.
func (s *Service) insert(ctx context.Context, a *Account, hash string, id *Identity) error {
	a.ID = 0
	if err := s.d.Repository.Insert(ctx, a, hash); err != nil {
		return taken(err)
	}
	if id != nil {
		if err := s.bind(ctx, a.ID, *id, a.RegisteredAt); err != nil {
			return err
		}
	}
	return s.emit(ctx, "account.registered", a.ID, map[string]any{"source": a.Source, "inviter": a.Inviter}, a.RegisteredAt)
}

func (s *Service) bind(ctx context.Context, account mall.ID, id Identity, at time.Time) error {
	return taken(s.d.Repository.Bind(ctx, Binding{
		Account: account, Provider: id.provider(), AppID: id.AppID, OpenID: id.OpenID, UnionID: id.UnionID, At: at,
	}))
}

func (id Identity) provider() string {
	if id.Provider == "" {
		return ProviderWXApp
	}
	return id.Provider
}

// taken turns a unique key that is taken into ErrRegistered.
func taken(err error) error {
	if errors.Is(err, mall.ErrConflict) {
		return ErrRegistered.Because(err)
	}
	return err
}

// hash checks a new password and hashes it.
func (s *Service) hash(ctx context.Context, password string) (string, error) {
	if n := utf8.RuneCountInString(password); n < s.c.MinPassword || n > maxPassword {
		return "", ErrWeakPassword.With(s.c.MinPassword)
	}
	return s.d.Hasher.Hash(ctx, password)
}

// emit appends an event about an account to the outbox.
func (s *Service) emit(ctx context.Context, kind string, account mall.ID, facts map[string]any, at time.Time) error {
	b, err := json.Marshal(facts)
	if err != nil {
		return err
	}
	return s.d.Outbox.Append(ctx, mall.Event{Kind: kind, Version: 1, Aggregate: account, Facts: b, At: at})
}
