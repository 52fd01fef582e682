package io.github.k12sso.classlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.mapper.ClassLinkGroupMapper;
import io.github.k12sso.classlink.mapper.ClassLinkOrganizationMapper;
import io.github.k12sso.classlink.mapper.ClassLinkRoleMapper;
import io.github.k12sso.classlink.mapper.ClassLinkUserAttributeMapper;
import io.github.k12sso.classlink.settings.Setting;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * Screenshots of forms in docs/images show the current form. The browser tests that take them store the form's fields in each
 * picture ({@code FormPicture}).
 */
class FormPicturesTest {

    private static final Path IMAGES = Path.of("../docs/images");
    /** Length of the PNG signature, in bytes. */
    private static final int SIGNATURE = 8;

    private static final String HOW =
            "docs/images/%s.png shows a form that has changed since. To take the pictures again, see "
                    + "Screenshots in docs/internals/testing.md";

    private final Map<String, String> english = Messages.english();

    @ParameterizedTest(name = "{0}")
    @MethodSource("pictures")
    void showsTheCurrentForm(String picture, List<ProviderConfigProperty> fields) throws IOException {
        byte[] png = Files.readAllBytes(IMAGES.resolve(picture + ".png"));

        assertThat(formOf(png)).as(HOW, picture).contains(form(fields));
    }

    static Stream<Arguments> pictures() {
        return Stream.concat(
                Stream.of("setup-provider-top", "setup-provider-bottom", "console-add-provider", "tile-setting")
                        .map(picture -> Arguments.of(picture, Setting.form())),
                Stream.of(
                        Arguments.of(
                                "setup-mapper-attribute", new ClassLinkUserAttributeMapper().getConfigProperties()),
                        Arguments.of("setup-mapper-role", new ClassLinkRoleMapper().getConfigProperties()),
                        Arguments.of("setup-mapper-group", new ClassLinkGroupMapper().getConfigProperties()),
                        Arguments.of("mapper-group-classes", new ClassLinkGroupMapper().getConfigProperties()),
                        Arguments.of(
                                "setup-mapper-organization", new ClassLinkOrganizationMapper().getConfigProperties())));
    }

    /** The visible parts of each field, one field per line: name, label, type, default and options. */
    private String form(List<ProviderConfigProperty> fields) {
        return fields.stream()
                .map(field -> String.join(
                                " | ",
                                field.getName(),
                                english.get(field.getLabel()),
                                field.getType(),
                                field.getDefaultValue() == null
                                        ? ""
                                        : field.getDefaultValue().toString(),
                                field.getOptions() == null
                                        ? ""
                                        : field.getOptions().stream()
                                                .map(option -> '"' + option + '"')
                                                .collect(Collectors.joining(",", "[", "]")))
                        + "\n")
                .collect(Collectors.joining());
    }

    /** The content of the PNG text chunk "Form", if present. */
    private static Optional<String> formOf(byte[] png) {
        ByteBuffer chunks = ByteBuffer.wrap(png).position(SIGNATURE);
        while (chunks.hasRemaining()) {
            byte[] data = new byte[chunks.getInt() + "tEXt".length()];
            chunks.get(data).getInt(); // the checksum
            String text = new String(data, StandardCharsets.ISO_8859_1);
            if (text.startsWith("tEXtForm\0")) {
                return Optional.of(text.substring("tEXtForm\0".length()));
            }
        }
        return Optional.empty();
    }
}
