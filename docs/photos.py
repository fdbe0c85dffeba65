# %% [markdown]
# # Photos
#
# The photos in this course are not copied into it. They come with libraries that it installs
# anyway: scikit-image, scikit-learn and matplotlib. `load_photo("coffee")` reads one of them by
# name, `load_photo("my_dog.jpg")` reads your own.

# %% tags=["hide"]
from course.given import PHOTOS, load_model, load_photos, show_images, top_classes
from docs.machinery.figures import show, table, write

photos = load_photos(PHOTOS)
seen = top_classes(load_model(), photos, 1)
show(
    show_images(photos, list(PHOTOS), columns=4),
    f"The {len(PHOTOS)} photos that are listed below.",
    "All bundled photos, cut to the middle as the network sees them.",
)
packages = {"skimage": "scikit-image", "sklearn": "scikit-learn"}
table(
    ["Name", "shows", "by, licence", "from", "the network sees"],
    [
        (
            f"`{name}`",
            photo.shows,
            photo.credit,
            packages.get(photo.package, photo.package),
            f"{best[0][0]}, {best[0][1]:.2f}",
        )
        for (name, photo), best in zip(PHOTOS.items(), seen, strict=True)
    ],
)
right = [
    best[0][0] == photo.true_class
    for photo, best in zip(PHOTOS.values(), seen, strict=True)
    if photo.true_class
]
write(
    f"For {len(right)} of them, ImageNet has a class that is right for the whole photo. The "
    f"network finds it in {sum(right)}. The others show things that none of its thousand classes "
    "fits, and still it has to answer: a network like this cannot say that it does not know."
)
