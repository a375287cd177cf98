import ArgumentParser
import JobModel

/// The argument that names an asset.
struct AssetNameArgument: ParsableArguments {
    @Argument(help: "The asset, such as reports/churn.") var name: String

    func validate() throws {
        guard AssetName.isName(name) else {
            throw ValidationError("\"\(name)\" is no name of an asset; \(AssetName.rule)")
        }
    }
}
