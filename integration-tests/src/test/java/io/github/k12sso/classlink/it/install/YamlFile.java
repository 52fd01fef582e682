package io.github.k12sso.classlink.it.install;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Reads a YAML file of the project, resolves anchors and merge keys, and rejects duplicate keys. */
record YamlFile(Path path, List<JsonNode> documents) {

    static final Path ROOT =
            Path.of(System.getProperty("project.root")).toAbsolutePath().normalize();

    static YamlFile read(Path path) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        ObjectMapper json = new ObjectMapper();
        try (Reader text = Files.newBufferedReader(path)) {
            Iterable<Object> documents = new Yaml(new SafeConstructor(options)).loadAll(text);
            return new YamlFile(
                    path,
                    StreamSupport.stream(documents.spliterator(), false)
                            .map(document -> json.<JsonNode>valueToTree(document))
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    static List<String> texts(JsonNode array) {
        return elements(array).map(JsonNode::asText).toList();
    }

    @Override
    public String toString() {
        return ROOT.relativize(path).toString();
    }
}
