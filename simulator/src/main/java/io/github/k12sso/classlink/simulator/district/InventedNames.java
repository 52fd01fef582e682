package io.github.k12sso.classlink.simulator.district;

import java.util.List;

/** Fictional names. */
final class InventedNames {
    private static final List<String> GIVEN = List.of(
            "Mirabel",
            "Tobin",
            "Juniper",
            "Calder",
            "Wrenna",
            "Ozzie",
            "Saffi",
            "Bramwell",
            "Lumi",
            "Perrin",
            "Dorrie",
            "Fitch",
            "Isolde",
            "Kip",
            "Nettie",
            "Quill",
            "Rowena",
            "Sorrel",
            "Tansy",
            "Yarrow",
            "Zephyr",
            "Hollis",
            "Elowen");
    private static final List<String> FAMILY = List.of(
            "Fernwick",
            "Quillby",
            "Larkspurr",
            "Thistledown",
            "Brambleton",
            "Pondwhistle",
            "Oakenshaw",
            "Merrygate",
            "Puddlemere",
            "Starling-Moss",
            "Applegarth",
            "Nettlefield",
            "Windermoss",
            "Copperleaf",
            "Hazelnook",
            "O'Bramble",
            "Rushbottom");

    private InventedNames() {}

    static String given(int index) {
        return GIVEN.get(Math.floorMod(index * 7 + index / GIVEN.size(), GIVEN.size()));
    }

    static String family(int index) {
        return FAMILY.get(Math.floorMod(index * 5 + index / FAMILY.size(), FAMILY.size()));
    }
}
