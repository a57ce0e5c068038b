package manager

import (
	"context"
	"strconv"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

type userInfo struct {
	Username   string `json:"username"`
	Nickname   string `json:"nickname"`
	Phone      string `json:"phone"`
	Unid       string `json:"unid"`
	RoleID     string `json:"roleid"`
	RoleName   string `json:"roleName"`
	HeadImgURL string `json:"headimgurl"`
	Email      string `json:"email"`
	OpenID     string `json:"openid"`
	Sex        string `json:"sex"` // "1" male, "2" female
	City       string `json:"city"`
	Province   string `json:"province"`
	Country    string `json:"country"`
	VIPLevel   int    `json:"vipLevel"`
	VIPStamp   int64  `json:"vipStamp"` // Unix milliseconds, 0 without a level or an end
	VIPExpires string `json:"vipExpires"`
	Status     string `json:"status"` // "1" may sign in, "0" may not
	CreateAt   string `json:"create_at"`
	UpdateAt   string `json:"update_at"`
}

// userInfos are accounts as clients see them, with what other rooms know of
// them: three statements, however many there are.
func (a *api) userInfos(ctx context.Context, us []auth.Account) ([]userInfo, error) {
	ids, names := make([]mall.ID, len(us)), map[string]string{}
	for i, u := range us {
		ids[i] = u.ID
	}
	levels, err := a.Members.LevelsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	openids, err := a.Auth.OpenIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	roles, err := a.Auth.Roles(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range roles {
		names[r.ID] = r.Name
	}
	return listed(us, func(u auth.Account) userInfo {
		level := levels[u.ID]
		out := userInfo{
			Username: u.Username, Nickname: u.Nick, Phone: u.Mobile, Unid: u.PublicID, RoleID: u.Role, RoleName: names[u.Role],
			HeadImgURL: a.absolute(u.AvatarURL), Email: u.Mail, OpenID: openids[u.ID], Sex: strconv.Itoa(u.Gender),
			City: u.City, Province: u.Province, Country: u.Country, VIPLevel: level.Rank, VIPExpires: a.when(layoutDash, level.ExpiresAt),
			Status: "1", CreateAt: a.when(layoutSlash, u.RegisteredAt), UpdateAt: a.when(layoutSlash, u.UpdatedAt),
		}
		if u.Status != auth.Active {
			out.Status = "0"
		}
		if !level.ExpiresAt.IsZero() {
			out.VIPStamp = level.ExpiresAt.UnixMilli()
		}
		return out
	}), nil
}

type usersIn struct {
	window
	Unid     string `in:"unid"`
	Username string `in:"username"`
	OrderBy  int    `in:"order_by"`
}

type usersOut struct {
	envelope
	Total int64      `json:"total"`
	Users []userInfo `json:"users"` // as documented
	Data  []userInfo `json:"data"`  // the same, as the original answers
}

// users lists accounts by the moment they were made, the newest first or with
// order_by=1 the oldest. The list counts at most one account with unid or
// username.
func (a *api) users(ctx context.Context, _ mall.Actor, in usersIn) (*usersOut, error) {
	if in.OrderBy < -1 || in.OrderBy > 1 {
		return nil, mall.ErrInvalid.With("order_by")
	}
	offset, limit, err := in.rows()
	if err != nil {
		return nil, err
	}
	var all mall.Slice[auth.Account]
	if in.Unid != "" || in.Username != "" {
		u, err := a.userBy(ctx, in.Unid, in.Username)
		if err != nil {
			return nil, err
		}
		if u != nil {
			all.Total = 1
			if offset == 0 {
				all.Items = []auth.Account{*u}
			}
		}
	} else {
		f := auth.Filter{Living: true, OldestFirst: in.OrderBy == 1}
		all, err = gather(offset, limit, func(p mall.Page) (mall.Slice[auth.Account], error) { return a.Auth.List(ctx, f, p) })
		if err != nil {
			return nil, err
		}
	}
	infos, err := a.userInfos(ctx, all.Items)
	if err != nil {
		return nil, err
	}
	return &usersOut{done("success"), all.Total, infos, infos}, nil
}

// userBy is the living account with the public id, or else with the name;
// with both it has both. nil when there is none.
func (a *api) userBy(ctx context.Context, unid, username string) (*auth.Account, error) {
	by, value := auth.ByPublicID, unid
	if unid == "" {
		by, value = auth.ByUsername, username
	}
	u, err := a.Auth.Find(ctx, by, value)
	if err != nil || u == nil || u.Status == auth.Erased || unid != "" && username != "" && u.Username != username {
		return nil, err
	}
	return u, nil
}
