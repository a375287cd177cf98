/// The folder `Examples` of the project.
struct ExampleFolder: Equatable, Sendable {
    let path: String

    /// Looks in the directory of the call and in those above the running program; nil when it is not there.
    static func find(directory: String, executables: String) -> ExampleFolder? {
        var places = [directory]
        var above = executables
        while above != "/" {
            places.append(above)
            above = FileSystem.parent(of: above)
        }
        return places.map { ExampleFolder(path: ($0 == "/" ? "" : $0) + "/Examples") }
            .first { LocalFile.exists($0.scriptedModel) }
    }

    var scriptedModel: String { path + "/scripted-model/server.py" }

    /// One of the examples; nil when there is none of this name.
    func example(_ name: String) -> Example? {
        let isName = !name.isEmpty && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
        let example = Example(name: name, directory: "\(path)/\(name)")
        return isName && LocalFile.exists(example.workflow) ? example : nil
    }

    /// The scenarios of every example, for the scripted model.
    var scenarios: [String] {
        FileSystem.names(in: path).sorted().map { "\(path)/\($0)/scenario.json" }.filter(LocalFile.exists)
    }
}
