package server

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/page"
)

// routes is all that this server answers to. The groups are the permission
// outline: whoever reaches a route is at least what its group asks for.
// Methods and paths are the same words for pages and API.
func (s *Server) routes(r chi.Router) {
	s.routesForAnybody(r)
	s.routesForTheSignedIn(r)
	s.routesForViewers(r)
	s.routesForAnalysts(r)
	s.routesForReviewers(r)
	s.routesForManagers(r)
	s.routesForAdmins(r)
	r.NotFound(s.anybody(s.handle(s.notFound)).ServeHTTP)
	r.MethodNotAllowed(s.anybody(s.handle(s.methodNotAllowed)).ServeHTTP)
}

func (s *Server) routesForAnybody(r chi.Router) {
	r.Get("/healthz", s.handle(s.showHealth))
	r.Get("/readyz", s.handle(s.showReadiness))
	r.Get("/assets/*", s.assets.ServeHTTP)
	r.Get("/favicon.ico", s.handle(s.showFavicon))
	r.Get("/api/v1/openapi.json", s.handle(s.showOpenAPI))
	r.Get(page.SchemaURL, s.handle(s.showSchema))
	r.Get("/api/v1"+page.SchemaURL, s.handle(s.showSchema))
	r.Get("/colors/{colors}.css", s.handle(s.showColors))
	r.Post(page.ThemeURL, s.handle(s.switchTheme))
	r.Post(page.ReadingURL, s.handle(s.setReading))

	r = r.With(s.anybody)
	r.Get(page.SignInURL, s.handle(s.showSignIn))
	r.Post(page.LanguageURL, s.handle(s.chooseLanguage))
	r.Post(page.SignOutURL, s.handle(s.signOut))
	r.Get("/setup/{token}", s.handle(s.showSetup))
	r.Get("/invitations/{token}", s.handle(s.showInvitation))

	r = r.With(s.slowDown())
	r.Post(page.SignInURL, s.handle(s.signIn))
	r.Post("/setup/{token}", s.handle(s.setUp))
	r.Post("/invitations/{token}", s.handle(s.acceptInvitation))
}

func (s *Server) routesForTheSignedIn(r chi.Router) {
	r = r.With(s.signedIn)
	r.Get(page.HomeURL, s.handle(s.listProjects))
	r.Get(page.NewProjectURL, s.handle(s.showNewProject))
	r.Post(page.NewProjectURL, s.handle(s.addProject))
	r.Get("/account", s.handle(s.showAccount))
	r.Post("/account/mail", s.handle(s.chooseMail))
	r.Get(page.NotificationsURL, s.handle(s.listNotifications))
	r.Post("/notifications/read", s.handle(s.readNotifications))
	r.Post("/notifications/{notification}", s.handle(s.openNotification))
	r.Post("/account/name", s.handle(s.renameAccount))
	r.Post("/account/password", s.handle(s.changePassword))
	r.Post("/account/sessions/end", s.handle(s.endSessions))
	r.Post("/account/sessions/{session}/end", s.handle(s.endSession))
	r.Post("/account/tokens", s.handle(s.addToken))
	r.Post("/account/tokens/{token}/revoke", s.handle(s.revokeToken))

	api := s.api(r)
	get(api, "/me", "Show me", s.apiShowMe)
	get(api, "/me/mail", "Show when mail is sent to me", s.apiShowMail)
	put(api, "/me/mail", "Choose when mail is sent to me", s.apiChooseMail)
	get(api, "/notifications", "List notifications", s.apiListNotifications)
	post(api, "/notifications/read", "Mark notifications as read", s.apiReadNotifications, answering(http.StatusNoContent))
	get(api, "/projects", "List projects", s.apiListProjects)
	post(api, "/projects", "Add project", s.apiAddProject, answering(http.StatusCreated))
}

func (s *Server) routesForViewers(r chi.Router) {
	r = r.With(s.member(annotate.Viewer))
	r.Get("/projects/{project}", s.handle(s.showProject))
	r.Get("/projects/{project}/articles", s.handle(s.listArticles))
	r.Get("/projects/{project}/entities", s.handle(s.listEntities))
	r.Get("/projects/{project}/entities/{entity}", s.handle(s.showEntity))
	r.Get("/projects/{project}/duplicates", s.handle(s.listDuplicates))
	r.Get("/projects/{project}/find", s.handle(s.showFind))
	r.Get("/projects/{project}/bulk", s.handle(s.listBulk))
	r.Get("/projects/{project}/bulk/{bulk}", s.handle(s.showBulk))
	r.Get("/projects/{project}/claims", s.handle(s.listClaims))
	r.Get("/projects/{project}/claims/{claim}", s.handle(s.showClaim))
	r.Get("/projects/{project}/codebook", s.handle(s.showCodebook))
	r.Get("/projects/{project}/codebook/beside", s.handle(s.showCodebookBeside))
	r.Get("/projects/{project}/codebook/versions", s.handle(s.listCodebookVersions))
	r.Get("/projects/{project}/codebook/versions/{version}", s.handle(s.showCodebookVersion))
	r.Get("/projects/{project}/codebook/diff", s.handle(s.showCodebookDiff))
	r.Get("/projects/{project}/articles/{article}", s.handle(s.showWorkbench))
	r.Get("/projects/{project}/articles/{article}/history", s.handle(s.showHistory))
	r.Get("/projects/{project}/articles/{article}/print", s.handle(s.showPrint))
	r.Get("/projects/{project}/claims/{claim}/history", s.handle(s.showClaimHistory))
	r.Get("/projects/{project}/dashboard", s.handle(s.showDashboard))
	r.Get("/projects/{project}/export", s.handle(s.showExport))
	r.Get("/projects/{project}/export/file", s.handle(s.sendExport))
	r.Get("/api/v1/projects/{project}/articles/{article}/events", s.handle(s.streamEvents))

	api := s.api(r)
	get(api, "/projects/{project}", "Show project", s.apiShowProject)
	get(api, "/projects/{project}/members", "List members", s.apiListMembers)
	get(api, "/projects/{project}/codebook", "Show codebook", s.apiShowCodebook)
	get(api, "/projects/{project}/codebook/versions", "List codebook versions", s.apiListCodebookVersions)
	get(api, "/projects/{project}/codebook/versions/{version}", "Show codebook version", s.apiShowCodebookVersion)
	get(api, "/projects/{project}/codebook/diff", "Show codebook diff", s.apiShowCodebookDiff)
	get(api, "/projects/{project}/articles", "List articles", s.apiListArticles)
	get(api, "/projects/{project}/articles/{article}", "Show article", s.apiArticle, answeringWith[articleBody]())
	get(api, "/projects/{project}/articles/{article}/sets", "List annotation sets", s.apiSets)
	get(api, "/projects/{project}/articles/{article}/changes", "List changes", s.apiChanges)
	get(api, "/projects/{project}/articles/{article}/presences", "List presences", s.apiPresences)
	post(s.api(r.With(s.lookInTurn())), "/projects/{project}/articles/{article}/presences", "Tell presence", s.apiTellPresence, answering(http.StatusNoContent))
	get(api, "/projects/{project}/articles/{article}/restoration", "Work out restoration", s.apiRestoration)
	get(api, "/projects/{project}/entities", "List entities", s.apiListEntities)
	get(api, "/projects/{project}/entities/{entity}", "Show entity", s.apiShowEntity)
	get(api, "/projects/{project}/duplicates", "List duplicates", s.apiListDuplicates)
	get(api, "/projects/{project}/find", "Find words in texts", s.apiFind)
	get(api, "/projects/{project}/bulk", "List bulk changes", s.apiListBulk)
	get(api, "/projects/{project}/bulk/{bulk}", "Show bulk change", s.apiShowBulk)
	get(api, "/projects/{project}/claims", "List claims", s.apiListClaims)
	get(api, "/projects/{project}/claims/{claim}", "Show claim", s.apiShowClaim)
	get(api, "/projects/{project}/claims/{claim}/comments", "List comments", s.apiListComments)
	get(api, "/projects/{project}/claims/{claim}/history", "List changes of claim", s.apiClaimHistory)
	get(api, "/projects/{project}/claims/{claim}/since", "Show changes of claim since a version", s.apiClaimSince)
	get(api, "/projects/{project}/dashboard", "Show dashboard", s.apiDashboard)
	get(api, "/projects/{project}/export", "Export project", s.apiExport, sendingFile())
}

func (s *Server) routesForAnalysts(r chi.Router) {
	post(s.api(r.With(s.rememberedMember(annotate.Analyst))),
		"/projects/{project}/articles/{article}/changes", "Apply change set", s.apiAppend, bodyUpTo(largeBodyLimit))

	r = r.With(s.member(annotate.Analyst))
	r.Get("/projects/{project}/new-article", s.handle(s.showNewArticle))
	r.With(allowBody(largeBodyLimit)).Post("/projects/{project}/new-article", s.handle(s.addArticle))
	r.Get("/projects/{project}/articles/{article}/metadata", s.handle(s.showMetadata))
	r.Post("/projects/{project}/articles/{article}/metadata", s.handle(s.changeMetadata))
	r.Get("/projects/{project}/articles/{article}/restore", s.handle(s.showRestoration))
	r.Post("/projects/{project}/articles/{article}/restore", s.handle(s.restore))
	r.Get("/projects/{project}/new-entity", s.handle(s.showNewEntity))
	r.Post("/projects/{project}/new-entity", s.handle(s.addEntity))
	r.Get("/projects/{project}/entities/{entity}/edit", s.handle(s.showEntityForm))
	r.Post("/projects/{project}/entities/{entity}/edit", s.handle(s.updateEntity))
	r.Get("/projects/{project}/entities/{entity}/merge", s.handle(s.showMerge))
	r.Post("/projects/{project}/entities/{entity}/merge", s.handle(s.mergeEntity))
	r.Post("/projects/{project}/entities/{entity}/unmerge", s.handle(s.unmergeEntity))
	r.Post("/projects/{project}/entities/{entity}/tell-apart", s.handle(s.tellApart))
	r.Post("/projects/{project}/claims/{claim}/comments", s.handle(s.commentOnClaim))
	r.Post("/projects/{project}/claims/{claim}/comments/{comment}", s.handle(s.resolveThread))
	r.Post("/projects/{project}/find", s.handle(s.tagFound))
	r.Post("/projects/{project}/bulk/{bulk}/undo", s.handle(s.undoBulk))
	r.Post("/projects/{project}/bulk/{bulk}/resume", s.handle(s.resumeBulk))
	r.Post("/projects/{project}/bulk/{bulk}/articles/{article}/undo", s.handle(s.undoBulkIn))
	r.Get("/projects/{project}/recode", s.handle(s.showRecode))
	r.Post("/projects/{project}/recode", s.handle(s.recode))

	api := s.api(r)
	post(api, "/projects/{project}/articles", "Add article", s.apiAddArticle, answering(http.StatusCreated), bodyUpTo(largeBodyLimit))
	patch(api, "/projects/{project}/articles/{article}", "Change article", s.apiUpdateArticle)
	post(api, "/projects/{project}/entities", "Add entity", s.apiAddEntity, answering(http.StatusCreated), conflicting())
	patch(api, "/projects/{project}/entities/{entity}", "Change entity", s.apiUpdateEntity, conflicting())
	post(api, "/projects/{project}/entities/{entity}/merge", "Merge entity", s.apiMergeEntity)
	post(api, "/projects/{project}/entities/{entity}/unmerge", "Undo merge of entity", s.apiUnmergeEntity, conflicting())
	post(api, "/projects/{project}/entities/{entity}/tell-apart", "Tell entities apart", s.apiTellApart)
	post(api, "/projects/{project}/claims/{claim}/comments", "Add comment", s.apiAddComment, answering(http.StatusCreated))
	patch(api, "/projects/{project}/claims/{claim}/comments/{comment}", "Resolve thread", s.apiResolveThread)
	post(api, "/projects/{project}/bulk/tag", "Tag places", s.apiTagAll)
	post(api, "/projects/{project}/bulk/recode", "Answer for claims", s.apiRecodeAll)
	post(api, "/projects/{project}/bulk/{bulk}/undo", "Undo bulk change", s.apiUndoBulk, conflicting())
	post(api, "/projects/{project}/bulk/{bulk}/resume", "Resume bulk change", s.apiResumeBulk, conflicting())
}

func (s *Server) routesForReviewers(r chi.Router) {
	r = r.With(s.member(annotate.Reviewer))
	r.Post("/projects/{project}/claims/{claim}/reviews", s.handle(s.decideOnClaim))

	api := s.api(r)
	post(api, "/projects/{project}/claims/{claim}/reviews", "Decide on claim", s.apiDecide, answering(http.StatusCreated), conflicting())
}

func (s *Server) routesForManagers(r chi.Router) {
	r = r.With(s.member(annotate.Manager))
	r.Get("/projects/{project}/articles/{article}/delete", s.handle(s.showArticleDeletion))
	r.Post("/projects/{project}/articles/{article}/delete", s.handle(s.deleteArticle))
	r.Get("/projects/{project}/settings", s.handle(s.showSettings))
	r.Post("/projects/{project}/settings", s.handle(s.changeProject))
	r.Post("/projects/{project}/members", s.handle(s.addMember))
	r.Post("/projects/{project}/members/{user}", s.handle(s.changeMember))
	r.Post("/projects/{project}/members/{user}/remove", s.handle(s.removeMember))
	r.Post("/projects/{project}/invitations", s.handle(s.invite))
	r.Post("/projects/{project}/invitations/{invitation}/revoke", s.handle(s.revokeInvitation))
	r.Post("/projects/{project}/codebook", s.handle(s.switchCodebook))
	r.Post("/projects/{project}/codebook/versions/{version}/restore", s.handle(s.restoreCodebook))
	r.Get("/projects/{project}/codebook/guidelines", s.handle(s.showGuidelines))
	r.Post("/projects/{project}/codebook/guidelines", s.handle(s.changeGuidelines))
	r.Get("/projects/{project}/codebook/new-kind", s.handle(s.showKind))
	r.Post("/projects/{project}/codebook/new-kind", s.handle(s.changeKind))
	r.Get("/projects/{project}/codebook/kinds/{kind}", s.handle(s.showKind))
	r.Post("/projects/{project}/codebook/kinds/{kind}", s.handle(s.changeKind))
	r.Post("/projects/{project}/codebook/kinds/{kind}/remove", s.handle(s.removeKind))
	r.Get("/projects/{project}/codebook/new-attribute", s.handle(s.showAttribute))
	r.Post("/projects/{project}/codebook/new-attribute", s.handle(s.changeAttribute))
	r.Get("/projects/{project}/codebook/attributes/{attribute}", s.handle(s.showAttribute))
	r.Post("/projects/{project}/codebook/attributes/{attribute}", s.handle(s.changeAttribute))
	r.Post("/projects/{project}/codebook/attributes/{attribute}/remove", s.handle(s.removeAttribute))
	r.With(allowBody(importLimit)).Post("/projects/{project}/import", s.handle(s.importArticles))

	api := s.api(r)
	patch(api, "/projects/{project}", "Change project", s.apiChangeProject)
	put(api, "/projects/{project}/members/{member}", "Set member", s.apiSetMember)
	del(api, "/projects/{project}/articles/{article}", "Delete article", s.apiDeleteArticle)
	del(api, "/projects/{project}/members/{member}", "Remove member", s.apiRemoveMember)
	put(api, "/projects/{project}/codebook", "Change codebook", s.apiChangeCodebook)
	post(api, "/projects/{project}/codebook/versions/{version}/restore", "Restore codebook version", s.apiRestoreCodebook, conflicting())
	post(api, "/projects/{project}/import", "Import articles", s.apiImport, bodyUpTo(importLimit))
	s.describeImport()
}

func (s *Server) routesForAdmins(r chi.Router) {
	r = r.With(s.admin)
	r.Get("/admin/users", s.handle(s.listUsers))
	r.Post("/admin/users", s.handle(s.addUser))
	r.Post("/admin/users/{user}", s.handle(s.changeUser))
}
