// Package file keeps what people upload: the bytes in [Blobs], a row about them
// in the store. What a file is, is told by its bytes, never by its name.
//
//	blobs, err := file.OpenDir("mall.db.files")
//	files, err := file.New(file.Deps{Repo: store.Files(), Tx: store, Blobs: blobs}, file.Config{})
//	f, err := files.Put(ctx, actor, body, "me.png", file.Options{})
//	fmt.Println(f.URL, f.Type, f.Size)
package file
