package manager

import (
	"cmp"
	"context"
	"mime/multipart"
	"slices"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

var (
	// errNoCategoryName says that the name of a category is missing.
	errNoCategoryName = mall.E(mall.Invalid, "manager.no_category_name", "category name is missing")
	// errNoCategoryID says that the id of a category is missing.
	errNoCategoryID = mall.E(mall.Invalid, "manager.no_category_id", "category id is missing")
	// errCategoryFields says that a change lacks the id or the name.
	errCategoryFields = mall.E(mall.Invalid, "manager.category_fields", "category id or name is missing")
	// errVIPCategory bars deleting the category of the memberships.
	errVIPCategory = mall.E(mall.State, "manager.vip_category", "the VIP category stays")
	// errNoData says that what is to be changed is not there.
	errNoData = mall.E(mall.NotFound, "manager.no_data", "nothing to change")
	// errSame says that nothing would become different.
	errSame = mall.E(mall.State, "manager.same", "nothing was changed")
	// errAbsent says that what is to be deleted or shown is not there.
	errAbsent = mall.E(mall.NotFound, "manager.absent", "no such data")
)

type categoryOut struct {
	ID           string  `json:"_id"`
	CategoryID   string  `json:"category_id"`
	CategoryName string  `json:"categoryName"`
	CategoryImg  string  `json:"categoryImgurl"`
	Creator      string  `json:"creator"`
	CreateTime   string  `json:"createTime"`
	Updator      *string `json:"updator"`
	UpdateTime   *string `json:"updateTime"`
}

type categoriesOut struct {
	envelope
	Data []categoryOut `json:"data"`
}

type addCategoryIn struct {
	Name string                `in:"categoryName"`
	Img  string                `in:"categoryImgurl"`
	File *multipart.FileHeader `in:"categoryImgurl"`
	// The spelling of the file's field that clients of the real server use.
	FileToo *multipart.FileHeader `in:"imageUrl"`
}

// addCategory makes a category that buyers are shown at once. Its picture comes
// as an address or as a file.
func (a *api) addCategory(ctx context.Context, who mall.Actor, in addCategoryIn) (any, error) {
	if in.Name == "" {
		return nil, errNoCategoryName
	}
	c := catalog.Category{Name: in.Name, Pic: in.Img, Icon: in.Img, Used: true, Creator: who.Account}
	if f := cmp.Or(in.File, in.FileToo); f != nil {
		url, err := a.picture(ctx, who, f)
		if err != nil {
			return nil, err
		}
		c.Pic, c.Icon = url, url
	}
	if _, err := a.Catalog.SaveCategory(ctx, c); err != nil {
		return nil, err
	}
	return done("添加成功"), nil
}

type categoryIn struct {
	CategoryID string `in:"category_id"`
}

// delCategory deletes a category without goods, or with Config.DropFullCategories
// any; the one of the memberships stays.
func (a *api) delCategory(ctx context.Context, _ mall.Actor, in categoryIn) (any, error) {
	if in.CategoryID == "" {
		return nil, errNoCategoryID
	}
	if in.CategoryID == a.cfg.VIPCategory {
		return nil, errVIPCategory
	}
	c, err := a.Catalog.FindCategory(ctx, in.CategoryID)
	switch {
	case err != nil:
	case a.cfg.DropFullCategories:
		err = a.Catalog.DropCategory(ctx, c.ID)
	default:
		err = a.Catalog.DeleteCategory(ctx, c.ID)
	}
	if err != nil {
		return nil, told(err, catalog.ErrCategory, errAbsent)
	}
	return done("删除成功"), nil
}

type updateCategoryIn struct {
	categoryIn
	Name string `in:"categoryName"`
}

func (a *api) updateCategory(ctx context.Context, who mall.Actor, in updateCategoryIn) (any, error) {
	if in.CategoryID == "" || in.Name == "" {
		return nil, errCategoryFields
	}
	c, err := a.Catalog.FindCategory(ctx, in.CategoryID)
	if err != nil {
		return nil, told(err, catalog.ErrCategory, errNoData)
	}
	if c.Name == in.Name {
		return nil, errSame
	}
	c.Name, c.Editor = in.Name, who.Account
	if _, err := a.Catalog.SaveCategory(ctx, *c); err != nil {
		return nil, told(err, catalog.ErrCategory, errNoData)
	}
	return done("修改成功"), nil
}

// getCategory lists all categories, or the one asked for. Those that buyers
// are not shown come only to staff who may change them.
func (a *api) getCategory(ctx context.Context, who mall.Actor, in categoryIn) (*categoriesOut, error) {
	all, err := a.Catalog.ListCategories(ctx, nil, !who.Has("/category/updateCategory"))
	if err != nil {
		return nil, err
	}
	if in.CategoryID != "" {
		all = slices.DeleteFunc(all, func(c catalog.Category) bool { return c.Code != in.CategoryID })
	}
	var people []mall.ID
	for _, c := range all {
		people = append(people, c.Creator, c.Editor)
	}
	names, err := a.names(ctx, people)
	if err != nil {
		return nil, err
	}
	return &categoriesOut{done("获取成功"), listed(all, func(c catalog.Category) categoryOut {
		out := categoryOut{ID: objectID(c.ID), CategoryID: c.Code, CategoryName: c.Name, CategoryImg: a.absolute(cmp.Or(c.Pic, c.Icon)),
			Creator: names[c.Creator], CreateTime: a.when(layoutComma, c.CreatedAt), Updator: maybe(names[c.Editor])}
		if c.UpdatedAt.After(c.CreatedAt) {
			out.UpdateTime = maybe(a.when(layoutComma, c.UpdatedAt))
		}
		return out
	})}, nil
}

// names are the user names of accounts, by one statement; the host has none.
func (a *api) names(ctx context.Context, accounts []mall.ID) (map[mall.ID]string, error) {
	accounts = slices.DeleteFunc(accounts, func(id mall.ID) bool { return id == 0 })
	people, err := a.Auth.Profiles(ctx, distinct(accounts))
	names := make(map[mall.ID]string, len(people))
	for id, p := range people {
		names[id] = cmp.Or(p.Username, p.Nick)
	}
	return names, err
}
