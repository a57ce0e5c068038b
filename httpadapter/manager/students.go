package manager

import (
	"context"
	"errors"
	"mime/multipart"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/student"
)

// StudentPicture begins the source of every file that was uploaded as the
// picture of a student, so that it can go with the student.
const StudentPicture = "student:"

type studentOut struct {
	ID          string `json:"_id"`
	Name        string `json:"name"`
	HeadImgURL  string `json:"headimgurl"`
	Age         string `json:"age"`
	Class       string `json:"class"`
	City        string `json:"city"`
	Degree      string `json:"degree"`
	ProductURL  string `json:"productUrl"`
	Description string `json:"description"`
	CTime       string `json:"cTime"`
	SID         string `json:"sId"`
	V           int    `json:"__v"`
}

type studentsOut struct {
	envelope
	Total int64        `json:"total"`
	Data  []studentOut `json:"data"`
}

type studentsIn struct {
	window
	Class string `in:"class"`
	Key   string `in:"key"`
}

// students lists what both list routes show.
func (a *api) students(ctx context.Context, in studentsIn, f student.Filter, e envelope) (*studentsOut, error) {
	offset, limit, err := in.rows()
	if err != nil {
		return nil, err
	}
	found, err := a.Students.List(ctx, f, mall.Page{Offset: offset, Limit: limit})
	if err != nil {
		return nil, err
	}
	return &studentsOut{e, found.Total, listed(found.Items, func(s student.Student) studentOut {
		return studentOut{
			ID: objectID(s.ID), Name: s.Name, HeadImgURL: a.absolute(s.AvatarURL), Age: s.Age, Class: s.Class, City: s.City, Degree: s.Degree,
			ProductURL: s.ProductURL, Description: s.Description, CTime: a.when(layoutSlash, s.CreatedAt), SID: s.Number,
		}
	})}, nil
}

// getStuList lists students by class; key is part of a name here too.
func (a *api) getStuList(ctx context.Context, _ mall.Actor, in studentsIn) (*studentsOut, error) {
	return a.students(ctx, in, student.Filter{Class: in.Class, Name: in.Key}, envelope{Status: 1, State: true, Msg: "请求成功"})
}

// searchStu lists students by a part of their name.
func (a *api) searchStu(ctx context.Context, _ mall.Actor, in studentsIn) (*studentsOut, error) {
	return a.students(ctx, in, student.Filter{Name: in.Key}, done("请求成功"))
}

type classesOut struct {
	Status int      `json:"status"`
	State  bool     `json:"state"`
	Data   []string `json:"data"`
}

// getClasses lists the names of classes.
func (a *api) getClasses(ctx context.Context, _ mall.Actor, _ struct{}) (*classesOut, error) {
	list, err := a.Students.Classes(ctx)
	if err != nil {
		return nil, err
	}
	return &classesOut{200, true, list}, nil
}

type addStuIn struct {
	Class       string                `in:"class"`
	Name        string                `in:"name"`
	Age         string                `in:"age"`
	City        string                `in:"city"`
	Degree      string                `in:"degree"`
	ProductURL  string                `in:"productUrl"`
	Description string                `in:"description"`
	HeadImgURL  string                `in:"headimgurl"`
	Picture     *multipart.FileHeader `in:"headimgurl"`
}

// addStu adds a student. The picture is the address that uploadStuAvatar gave,
// or a file that comes along.
func (a *api) addStu(ctx context.Context, who mall.Actor, in addStuIn) (any, error) {
	url, err := a.avatarOf(ctx, who, in.Picture, in.HeadImgURL)
	if err != nil {
		return nil, err
	}
	_, err = a.Students.Add(ctx, who, student.Student{
		Name: in.Name, Age: in.Age, Class: in.Class, City: in.City, Degree: in.Degree,
		ProductURL: in.ProductURL, Description: in.Description, AvatarURL: url,
	})
	return envelope{Status: 1, State: true, Msg: "添加成功"}, err
}

// avatarOf is the address of a picture that comes as a file or as its address.
func (a *api) avatarOf(ctx context.Context, who mall.Actor, file *multipart.FileHeader, url string) (string, error) {
	if file == nil {
		return url, nil
	}
	return a.studentPicture(ctx, who, file)
}

// studentPicture stores a picture of a student. It is the shop's, whoever
// uploads it: it must outlive the account of a clerk.
func (a *api) studentPicture(ctx context.Context, who mall.Actor, h *multipart.FileHeader) (string, error) {
	return a.pictureFrom(ctx, mall.Actor{Face: who.Face, Addr: who.Addr}, h, StudentPicture)
}

type sidIn struct {
	SID string `in:"sId"`
}

// errNoSID says that the number of a student is missing.
var errNoSID = mall.E(mall.Invalid, "manager.no_sid", "number of the student is missing")

// delStu removes a student for good.
func (a *api) delStu(ctx context.Context, who mall.Actor, in sidIn) (any, error) {
	if in.SID == "" {
		return nil, errNoSID
	}
	return envelope{Status: 1, State: true, Msg: "删除成功"}, a.Students.Delete(ctx, who, in.SID)
}

type updateStuIn struct {
	sidIn
	Class       *string               `in:"class"`
	Name        *string               `in:"name"`
	Age         *string               `in:"age"`
	City        *string               `in:"city"`
	Degree      *string               `in:"degree"`
	ProductURL  *string               `in:"productUrl"`
	Description *string               `in:"description"`
	HeadImgURL  *string               `in:"headimgurl"`
	Picture     *multipart.FileHeader `in:"headimgurl"`
}

// updateStu changes what is given. That there is no such student is told as
// "nothing changed", like by the original service.
func (a *api) updateStu(ctx context.Context, who mall.Actor, in updateStuIn) (any, error) {
	if in.SID == "" {
		return nil, errNoSID
	}
	if in.Picture != nil {
		url, err := a.studentPicture(ctx, who, in.Picture)
		if err != nil {
			return nil, err
		}
		in.HeadImgURL = &url
	}
	err := a.Students.Update(ctx, who, in.SID, student.Changes{
		Name: in.Name, Age: in.Age, Class: in.Class, City: in.City, Degree: in.Degree,
		ProductURL: in.ProductURL, Description: in.Description, AvatarURL: in.HeadImgURL,
	})
	if errors.Is(err, student.ErrNone) {
		err = student.ErrSame.Because(err)
	}
	return done("更新成功"), err
}

type stuAvatarIn struct {
	Picture *multipart.FileHeader `in:"headimgurl"`
}

type stuAvatarOut struct {
	envelope
	HeadImgURL string `json:"headimgurl"`
}

// errNoAvatar says that no picture came along.
var errNoAvatar = mall.E(mall.Invalid, "manager.no_avatar", "no picture of a student was uploaded")

// uploadStuAvatar stores a picture for a student that is added or changed
// afterwards. No login is needed, see uploadImg.
func (a *api) uploadStuAvatar(ctx context.Context, who mall.Actor, in stuAvatarIn) (*stuAvatarOut, error) {
	if in.Picture == nil {
		return nil, errNoAvatar
	}
	url, err := a.studentPicture(ctx, who, in.Picture)
	if err != nil {
		return nil, err
	}
	return &stuAvatarOut{done("上传成功"), url}, nil
}
