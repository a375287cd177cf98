/// The types of files by the endings of their names.
enum MediaType {
    private static let known = [
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
        "pdf": "application/pdf", "txt": "text/plain", "log": "text/plain", "md": "text/markdown", "csv": "text/csv",
        "html": "text/html", "json": "application/json", "xml": "application/xml", "yaml": "application/yaml",
        "yml": "application/yaml", "doc": "application/msword", "xls": "application/vnd.ms-excel",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]

    /// The type of a file of this name; nil when it cannot be told.
    static func ofName(_ name: String) -> String? {
        guard let dot = name.lastIndex(of: ".") else { return nil }
        return known[name[name.index(after: dot)...].lowercased()]
    }
}
